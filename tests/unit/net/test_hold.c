/* SPDX-License-Identifier: MIT
 * What waits for batches: the settled ones, held replies and notices, the bytes of a link. */
#include "loop_help.h"
#include "net/hold.h"
#include "net/outbox.h"

static void note(struct settled *settled, uint64_t batch, enum error result)
{
    settled_note(settled, &(struct persisted){batch, result});
}

static void batches_become_durable_in_order(void **state)
{
    struct settled settled = {0};

    (void)state;
    assert_int_equal(settled_state(&settled, 0), BATCH_DURABLE);
    assert_int_equal(settled_state(&settled, 1), BATCH_PENDING);
    note(&settled, 1, OK);
    note(&settled, 2, OK);
    assert_int_equal(settled_state(&settled, 1), BATCH_DURABLE);
    assert_int_equal(settled_state(&settled, 2), BATCH_DURABLE);
    assert_int_equal(settled_state(&settled, 3), BATCH_PENDING);
}

static void a_failed_batch_stays_failed_among_durable_ones(void **state)
{
    struct settled settled = {0};

    (void)state;
    note(&settled, 1, OK);
    note(&settled, 2, ERR_DISK);
    note(&settled, 3, ERR_DISK);
    note(&settled, 4, OK);
    note(&settled, 5, ERR_DISK_FULL);
    assert_int_equal(settled_state(&settled, 1), BATCH_DURABLE);
    assert_int_equal(settled_state(&settled, 2), BATCH_FAILED);
    assert_int_equal(settled_error(&settled, 3), ERR_DISK);
    assert_int_equal(settled_state(&settled, 4), BATCH_DURABLE);
    assert_int_equal(settled_error(&settled, 5), ERR_DISK_FULL);
    assert_int_equal(settled_error(&settled, 4), OK);
}

static void a_long_run_of_failures_is_remembered_whole(void **state)
{
    struct settled settled = {0};

    (void)state;
    note(&settled, 1, OK);
    for (uint64_t batch = 2; batch < 10000; batch++)
        note(&settled, batch, ERR_DISK_FULL);
    assert_int_equal(settled_state(&settled, 1), BATCH_DURABLE);
    assert_int_equal(settled_state(&settled, 2), BATCH_FAILED);
    assert_int_equal(settled_state(&settled, 9999), BATCH_FAILED);
}

/* ---------------------------------------------------------------- replies and notices */

static char story[256];

static void tell(void *arg, const struct effect *effect, enum error failure)
{
    size_t at = strlen(story);

    (void)arg;
    snprintf(story + at, sizeof story - at, "%d:%s ", (int)effect->command, error_code(failure));
}

static void push(struct hold *hold, uint64_t command, uint64_t after)
{
    hold_push(hold, &(struct effect){.type = EFFECT_REPLY, .command = command, .after = after});
}

static void a_waiting_reply_holds_all_behind_it(void **state)
{
    struct settled settled = {0};
    struct hold hold = {0};

    (void)state;
    story[0] = 0;
    push(&hold, 1, 0);
    push(&hold, 2, 1);
    push(&hold, 3, 0);
    push(&hold, 4, 2);
    hold_release(&hold, &settled, tell, NULL);
    assert_string_equal(story, "1:ok ");
    note(&settled, 1, OK);
    hold_release(&hold, &settled, tell, NULL);
    assert_string_equal(story, "1:ok 2:ok 3:ok ");
    note(&settled, 2, ERR_DISK);
    hold_release(&hold, &settled, tell, NULL);
    assert_string_equal(story, "1:ok 2:ok 3:ok 4:disk ");
}

static void what_is_left_fails_at_the_end(void **state)
{
    struct hold hold = {0};

    (void)state;
    story[0] = 0;
    push(&hold, 1, 5);
    push(&hold, 2, 0);
    hold_fail(&hold, ERR_SHUTTING_DOWN, tell, NULL);
    assert_string_equal(story, "1:shutting_down 2:shutting_down ");
    assert_null(hold.first);
    assert_null(hold.last);
}

/* ---------------------------------------------------------------- bytes */

/* Takes what it can and compares its text. */
static void expect_taken(struct outbox *outbox, const struct settled *settled, const char *text)
{
    size_t size = 0, at = 0;
    struct segment *chain = outbox_take(outbox, settled, 1 << 20, &size);

    assert_int_equal(size, strlen(text));
    for (const struct segment *each = chain; each; each = each->next) {
        assert_memory_equal(each->bytes.data, text + at, each->bytes.size);
        at += each->bytes.size;
    }
    assert_int_equal(at, size);
    segments_free(chain);
}

static void held_bytes_hold_all_behind_them(void **state)
{
    struct settled settled = {0};
    struct outbox outbox = {0};

    (void)state;
    outbox_append(&outbox, 0, BYTES_TEXT("now"));
    outbox_append(&outbox, 2, BYTES_TEXT("later"));
    outbox_append(&outbox, 1, BYTES_TEXT("behind"));
    outbox_append(&outbox, 0, BYTES_TEXT("too"));
    outbox_append(&outbox, 3, BYTES_TEXT("last"));
    expect_taken(&outbox, &settled, "now");
    note(&settled, 1, OK);
    expect_taken(&outbox, &settled, "");
    note(&settled, 2, OK);
    expect_taken(&outbox, &settled, "laterbehindtoo");
    assert_int_equal(outbox.size, 4);
    note(&settled, 3, OK);
    expect_taken(&outbox, &settled, "last");
    assert_int_equal(outbox.size, 0);
}

static void a_sign_of_life_overtakes_what_is_held_and_nothing_else(void **state)
{
    struct settled settled = {0};
    struct outbox outbox = {0};

    (void)state;
    outbox_overtake(&outbox, &settled, BYTES_TEXT("alone"));
    expect_taken(&outbox, &settled, "alone");
    outbox_append(&outbox, 0, BYTES_TEXT("now"));
    outbox_append(&outbox, 1, BYTES_TEXT("later"));
    outbox_overtake(&outbox, &settled, BYTES_TEXT("sign"));
    outbox_append(&outbox, 0, BYTES_TEXT("behind"));
    expect_taken(&outbox, &settled, "nowsign");
    outbox_overtake(&outbox, &settled, BYTES_TEXT("again"));
    expect_taken(&outbox, &settled, "again");
    note(&settled, 1, OK);
    outbox_overtake(&outbox, &settled, BYTES_TEXT("no need"));
    expect_taken(&outbox, &settled, "laterbehindno need");
    assert_int_equal(outbox.size, 0);
    outbox_done(&outbox);
}

static void small_pieces_are_gathered(void **state)
{
    struct settled settled = {0};
    struct outbox outbox = {0};
    size_t size = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        outbox_append(&outbox, 0, BYTES_TEXT("0123456789"));
    struct segment *chain = outbox_take(&outbox, &settled, 1 << 20, &size);
    assert_int_equal(size, 10000);
    assert_null(chain->next);
    segments_free(chain);
    outbox_done(&outbox);
}

static void no_more_is_taken_than_asked_for(void **state)
{
    static uint8_t block[40000];
    struct settled settled = {0};
    struct outbox outbox = {0};
    size_t size = 0;

    (void)state;
    for (int i = 0; i < 10; i++)
        outbox_append(&outbox, 0, BYTES_OF(block));
    segments_free(outbox_take(&outbox, &settled, 100000, &size));
    assert_in_range(size, 100000, 100000 + sizeof block);
    assert_int_equal(outbox.size, 10 * sizeof block - size);
    outbox_done(&outbox);
}

static void a_chain_is_cut_where_the_kernel_stopped(void **state)
{
    static uint8_t block[60000];
    struct settled settled = {0};
    struct outbox outbox = {0};
    size_t size = 0;

    (void)state;
    block[10] = 7;
    outbox_append(&outbox, 0, BYTES_OF(block));
    outbox_append(&outbox, 0, BYTES_OF(block));
    struct segment *chain = outbox_take(&outbox, &settled, SIZE_MAX, &size);
    chain = segments_cut(chain, sizeof block + 10);
    assert_non_null(chain);
    assert_int_equal(chain->bytes.size, sizeof block - 10);
    assert_int_equal(chain->bytes.data[0], 7);
    assert_null(segments_cut(chain, sizeof block - 10));
}

static void a_failed_batch_is_found_among_the_bytes(void **state)
{
    struct settled settled = {0};
    struct outbox outbox = {0};
    enum error reason = OK;

    (void)state;
    outbox_append(&outbox, 1, BYTES_TEXT("a"));
    outbox_append(&outbox, 2, BYTES_TEXT("b"));
    note(&settled, 1, OK);
    assert_false(outbox_has_failed(&outbox, &settled, &reason));
    note(&settled, 2, ERR_DISK_FULL);
    assert_true(outbox_has_failed(&outbox, &settled, &reason));
    assert_int_equal(reason, ERR_DISK_FULL);
    expect_taken(&outbox, &settled, "a");
    outbox_done(&outbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_become_durable_in_order),
        cmocka_unit_test(a_failed_batch_stays_failed_among_durable_ones),
        cmocka_unit_test(a_long_run_of_failures_is_remembered_whole),
        cmocka_unit_test(a_waiting_reply_holds_all_behind_it),
        cmocka_unit_test(what_is_left_fails_at_the_end),
        cmocka_unit_test(held_bytes_hold_all_behind_them),
        cmocka_unit_test(a_sign_of_life_overtakes_what_is_held_and_nothing_else),
        cmocka_unit_test(small_pieces_are_gathered),
        cmocka_unit_test(no_more_is_taken_than_asked_for),
        cmocka_unit_test(a_chain_is_cut_where_the_kernel_stopped),
        cmocka_unit_test(a_failed_batch_is_found_among_the_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
