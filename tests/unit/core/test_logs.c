/* SPDX-License-Identifier: MIT
 * Logs before and after their name is known. */
#include "check.h"

#include <stdlib.h>

#include "core/log/logs.h"

static void naming_a_log_moves_it_to_its_own_kind_in_the_count_of_what_is_fetched(void **state)
{
    struct node node = {0};
    struct group group = {.number = 1};
    struct link link = {0};
    struct log_name name = {.kind = KIND_CONTENT};
    struct hash id;
    (void)state;
    log_name_id(&name, &id);
    struct log *log = logs_get(&node, &group, &id, KIND_GOVERNANCE); /* as a peer's HAVE told, wrongly */
    log->source = &link;
    group.fetching[KIND_GOVERNANCE] = 1;
    logs_name(&node, log, &name);
    assert_int_equal(group.fetching[KIND_GOVERNANCE], 0); /* else content would never be asked for again */
    assert_int_equal(group.fetching[KIND_CONTENT], 1);
    free(log);
    free(group.logs);
    free(group.sorted);
    free(node.logs);
    table_done(&node.logs_by_id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(naming_a_log_moves_it_to_its_own_kind_in_the_count_of_what_is_fetched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
