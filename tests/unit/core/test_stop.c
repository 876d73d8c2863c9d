/* SPDX-License-Identifier: MIT
 * STOP: what is no longer wanted is no longer served. */
#include "check.h"
#include "core/replication/serve.h"
#include <stdlib.h>

static void only_the_ranges_of_that_log_are_dropped(void **state)
{
    (void)state;
    struct effects effects = {0};
    struct node node = {.effects = &effects};
    struct log one = {.id = {{1}}}, other = {.id = {{2}}};
    struct serve_range ranges[] = {{.log = &other, .from = 1}, /* served already */
                                   {.log = &one, .from = 2},
                                   {.log = &other, .from = 3},
                                   {.log = &one, .from = 4}};
    struct link link = {.serve = ranges, .serve_at = 1, .serve_count = 4};

    serve_stop(&node, &link, &one.id);
    assert_int_equal(link.serve_at, 1);
    assert_int_equal(link.serve_count, 2);
    assert_int_equal(ranges[1].from, 3);

    struct reader in = {.left = buffer_bytes(&link.out)};
    struct wire_message message;
    assert_int_equal(wire_decode(&in, &message), OK);
    assert_int_equal(message.type, WIRE_END);
    assert_memory_equal(&message.end.log, &one.id, sizeof one.id);
    assert_int_equal(message.end.reason, END_STOPPED);
    assert_int_equal(in.left.size, 0);
    buffer_done(&link.out);
    free(node.dirty_links);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_ranges_of_that_log_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
