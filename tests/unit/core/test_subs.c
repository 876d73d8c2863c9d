/* SPDX-License-Identifier: MIT
 * How many logs one computer may begin. */
#include "founding.h"

#include "core/log/intake.h"
#include "core/log/logs.h"
#include "core/writing/compose.h"
#include <stdlib.h>

static void end(struct node *node, struct founding *founding)
{
    for (size_t i = 0; i < node->log_count; i++)
        free(node->logs[i]);
    free(node->logs);
    free(node->dirty_logs);
    free(node->numbered);
    free(node->fresh);
    free(node->workspace->logs);
    free(node->workspace->sorted);
    table_done(&node->logs_by_id);
    table_done(&node->groups_by_id);
    batch_free(node->batch);
    effects_done(node->effects);
    founding->roster = node->workspace->roster;
    founding_done(founding);
}

static void tell(struct node *node, struct link *link, uint32_t number, const struct log_name *name)
{
    struct wire_message message = {.type = WIRE_LOG};
    message.log.number = number;
    message.log.name = *name;
    put_u32(message.log.name.sub.bytes, number);
    message.log.name.kind = KIND_CONTENT;
    assert_int_equal(intake_log(node, link, &message), OK);
}

/* The root lets the founder's device in again. */
static void add_next_instance(struct founding *founding)
{
    struct buffer payload = {0};
    struct add add = {.member = {.device = founding->admin.name.device, .instance = 2, .role = ROLE_MEMBER}};
    membership_sign(&founding->group, &add.member, &founding->admin.secret);
    add_encode(&add, &payload);
    assert_int_equal(scribe_write(&founding->root, &founding->roster, ENTRY_ADD, buffer_bytes(&payload)), OK);
    buffer_done(&payload);
}

static void the_sixty_fifth_sub_of_an_instance_is_not_taken(void **state)
{
    (void)state;
    struct founding founding;
    founding_begin(&founding);
    founding_open(&founding, &founding.group);
    founding_note(&founding);
    add_next_instance(&founding);
    struct group group = {.number = 1, .id = founding.group, .roster = founding.roster};
    struct effects effects = {0};
    struct node node = {.workspace = &group, .effects = &effects};
    struct link link = {0};
    struct log_name name = founding.admin.name;
    table_put(&node.groups_by_id, group.id.bytes, &group);

    for (uint32_t i = 1; i <= SUBS_MAX; i++) {
        tell(&node, &link, i, &name);
        assert_non_null(intake_log_of(&link, i));
        intake_log_of(&link, i)->row.head_seq = 1; /* the first entry has come */
    }
    tell(&node, &link, SUBS_MAX + 1, &name);
    assert_null(intake_log_of(&link, SUBS_MAX + 1));
    name.instance = 2; /* a new one has room again */
    tell(&node, &link, SUBS_MAX + 2, &name);
    assert_non_null(intake_log_of(&link, SUBS_MAX + 2));
    name.instance = 3; /* nobody speaks of it */
    tell(&node, &link, SUBS_MAX + 3, &name);
    assert_null(intake_log_of(&link, SUBS_MAX + 3));

    table_done(&link.log_names);
    end(&node, &founding);
}

static void add_member(struct founding *founding, struct identity *me)
{
    static const uint8_t seed[32] = {3};
    struct buffer payload = {0};
    struct add add = {.member = {.instance = 1, .role = ROLE_MEMBER}};
    crypto_sign_keypair_from(seed, &me->device, &me->secret);
    me->exists = true;
    add.member.device = me->device;
    membership_sign(&founding->group, &add.member, &me->secret);
    add_encode(&add, &payload);
    assert_int_equal(scribe_write(&founding->admin, &founding->roster, ENTRY_ADD, buffer_bytes(&payload)), OK);
    buffer_done(&payload);
}

static void who_is_no_admin_goes_on_in_another_sub_where_the_others_would_take_no_more(void **state)
{
    (void)state;
    struct founding founding;
    struct effects effects = {0};
    const struct event event = {.now_ms = 1};
    struct group group = {.number = 1};
    struct node node = {.workspace = &group, .effects = &effects, .event = &event, .now_ms = 1};
    founding_begin(&founding);
    founding_open(&founding, &founding.group);
    founding_note(&founding);
    add_member(&founding, &node.identity);
    group.id = founding.group;
    group.roster = founding.roster;
    for (uint64_t seq = 1; seq <= GOVERNANCE_LOG_MAX; seq++)
        compose_governance(&node, &group, ENTRY_CLOCK, BYTES_TEXT("x"));
    assert_int_equal(node.log_count, 1);
    assert_int_equal(node.logs[0]->row.head_seq, GOVERNANCE_LOG_MAX);
    compose_governance(&node, &group, ENTRY_CLOCK, BYTES_TEXT("x"));
    assert_int_equal(node.log_count, 2);
    assert_int_equal(node.logs[1]->row.head_seq, 1);
    end(&node, &founding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sixty_fifth_sub_of_an_instance_is_not_taken),
        cmocka_unit_test(who_is_no_admin_goes_on_in_another_sub_where_the_others_would_take_no_more),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
