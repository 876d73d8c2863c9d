/* SPDX-License-Identifier: MIT
 * How many logs one computer may begin. */
#include "check.h"
#include "core/intake.h"
#include "core/logs.h"
#include <stdlib.h>

static void add_member(struct group *group, struct member *member)
{
    memset(member->device.bytes, 7, sizeof member->device.bytes);
    member->instance = 1;
    group->roster.members = member;
    group->roster.count = 1;
}

static void tell(struct node *node, struct link *link, uint32_t number, uint64_t instance)
{
    struct wire_message message = {.type = WIRE_LOG};
    message.log.number = number;
    message.log.name.group = node->workspace->id;
    memset(message.log.name.device.bytes, 7, sizeof message.log.name.device.bytes);
    message.log.name.instance = instance;
    put_u32(message.log.name.sub.bytes, number);
    message.log.name.kind = KIND_CONTENT;
    assert_int_equal(intake_log(node, link, &message), OK);
}

static void the_sixty_fifth_sub_of_an_instance_is_not_taken(void **state)
{
    (void)state;
    struct member member = {.role = ROLE_MEMBER};
    struct group group = {.number = 1};
    struct effects effects = {0};
    struct node node = {.workspace = &group, .effects = &effects};
    struct link link = {0};
    add_member(&group, &member);
    table_put(&node.groups_by_id, group.id.bytes, &group);

    for (uint32_t i = 1; i <= SUBS_MAX; i++) {
        tell(&node, &link, i, 1);
        assert_non_null(intake_log_of(&link, i));
        intake_log_of(&link, i)->row.head_seq = 1; /* the first entry has come */
    }
    tell(&node, &link, SUBS_MAX + 1, 1);
    assert_null(intake_log_of(&link, SUBS_MAX + 1));
    member.instance = 2; /* a new one has room again */
    tell(&node, &link, SUBS_MAX + 2, 2);
    assert_non_null(intake_log_of(&link, SUBS_MAX + 2));

    for (size_t i = 0; i < node.log_count; i++)
        free(node.logs[i]);
    free(node.logs);
    free(group.logs);
    table_done(&node.logs_by_id);
    table_done(&node.groups_by_id);
    table_done(&link.log_names);
    effects_done(&effects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sixty_fifth_sub_of_an_instance_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
