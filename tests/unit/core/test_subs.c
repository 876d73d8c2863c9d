/* SPDX-License-Identifier: MIT
 * How many logs one computer may begin. */
#include "founding.h"

#include "core/intake.h"
#include "core/logs.h"
#include <stdlib.h>

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

    for (size_t i = 0; i < node.log_count; i++)
        free(node.logs[i]);
    free(node.logs);
    free(group.logs);
    table_done(&node.logs_by_id);
    table_done(&node.groups_by_id);
    table_done(&link.log_names);
    batch_free(node.batch);
    effects_done(&effects);
    founding.roster = group.roster;
    founding_done(&founding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sixty_fifth_sub_of_an_instance_is_not_taken),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
