/* SPDX-License-Identifier: MIT
 * Messages about missing payloads, and for linking; the encodings of all of them stand in tests/vectors. */
#include "check.h"

#include "core/link/wire.h"

static struct hash some_log(void)
{
    struct hash log;
    memset(log.bytes, 7, sizeof log.bytes);
    return log;
}

/* The message as it is read again; every truncation of it is refused. */
static enum error read_again(const struct wire_message *message, struct buffer *bytes, struct wire_message *ret)
{
    bytes->size = 0;
    wire_encode(message, bytes);
    for (size_t size = 0; size < bytes->size; size++) {
        struct reader in = {.left = {bytes->data, size}};
        assert_int_equal(wire_decode(&in, ret), ERR_MALFORMED);
    }
    struct reader in = {.left = buffer_bytes(bytes)};
    enum error err = wire_decode(&in, ret);
    assert_true(err || in.left.size == 0);
    return err;
}

static void a_question_for_payloads_is_read_as_written(void **state)
{
    (void)state;
    struct buffer bytes = {0}, seqs = {0};
    struct wire_message read;
    for (uint64_t seq = 1; seq <= WANTP_MAX; seq++)
        buffer_append_u64(&seqs, seq);
    struct wire_message message = {.type = WIRE_WANTP, .wantp = {some_log(), buffer_bytes(&seqs)}};
    assert_int_equal(read_again(&message, &bytes, &read), OK);
    assert_int_equal(read.type, WIRE_WANTP);
    assert_memory_equal(&read.wantp.log, &message.wantp.log, sizeof read.wantp.log);
    CHECK_BYTES(read.wantp.seqs, buffer_bytes(&seqs));
    buffer_done(&bytes);
    buffer_done(&seqs);
}

static void a_question_for_too_many_or_half_a_number_is_refused(void **state)
{
    (void)state;
    const size_t sizes[] = {8 * WANTP_MAX + 8, 12};
    for (size_t i = 0; i < 2; i++) {
        struct buffer bytes = {0}, seqs = {0};
        struct wire_message read;
        memset(buffer_extend(&seqs, sizes[i]), 0, sizes[i]);
        struct wire_message message = {.type = WIRE_WANTP, .wantp = {some_log(), buffer_bytes(&seqs)}};
        assert_int_equal(read_again(&message, &bytes, &read), ERR_MALFORMED);
        buffer_done(&bytes);
        buffer_done(&seqs);
    }
}

static void payloads_are_read_as_written(void **state)
{
    (void)state;
    struct buffer bytes = {0}, items = {0};
    struct wire_message read;
    buffer_append_u64(&items, 9);
    buffer_append_u16(&items, 5);
    buffer_append(&items, BYTES_TEXT("words"));
    struct wire_message message = {.type = WIRE_PAYLOADS,
                                   .payloads = {some_log(), PAYLOADS_FLAG_NEWS, buffer_bytes(&items)}};
    assert_int_equal(read_again(&message, &bytes, &read), OK);
    assert_int_equal(read.type, WIRE_PAYLOADS);
    assert_int_equal(read.payloads.flags, PAYLOADS_FLAG_NEWS);
    assert_memory_equal(&read.payloads.log, &message.payloads.log, sizeof read.payloads.log);
    CHECK_BYTES(read.payloads.items, buffer_bytes(&items));
    buffer_done(&bytes);
    buffer_done(&items);
}

static void an_offer_and_its_answer_are_read_as_written(void **state)
{
    (void)state;
    struct buffer bytes = {0}, chats = {0}, signatures = {0};
    struct wire_message read;
    for (uint8_t i = 0; i < 3; i++)
        memset(buffer_extend(&chats, CHAT_ROW_SIZE), i, CHAT_ROW_SIZE);
    memset(buffer_extend(&signatures, 4 * sizeof(struct signature)), 9, 4 * sizeof(struct signature));
    struct wire_message offer = {.type = WIRE_OFFER, .offer = {some_log(), {{3}}, buffer_bytes(&chats)}};
    assert_int_equal(read_again(&offer, &bytes, &read), OK);
    assert_int_equal(read.type, WIRE_OFFER);
    assert_memory_equal(&read.offer.person, &offer.offer.person, sizeof read.offer.person);
    CHECK_BYTES(read.offer.chats, buffer_bytes(&chats));
    struct wire_message consent = {.type = WIRE_CONSENT, .consent = {{{5}}, buffer_bytes(&signatures)}};
    assert_int_equal(read_again(&consent, &bytes, &read), OK);
    CHECK_BYTES(read.consent.signatures, buffer_bytes(&signatures));

    offer.offer.chats.size--; /* half a row */
    assert_int_equal(read_again(&offer, &bytes, &read), ERR_MALFORMED);
    memset(buffer_extend(&signatures, CHAT_ROWS_MAX * sizeof(struct signature)), 9, sizeof(struct signature));
    consent.consent.signatures = buffer_bytes(&signatures); /* more than can have been asked for */
    assert_int_equal(read_again(&consent, &bytes, &read), ERR_MALFORMED);
    buffer_done(&bytes);
    buffer_done(&chats);
    buffer_done(&signatures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_for_payloads_is_read_as_written),
        cmocka_unit_test(a_question_for_too_many_or_half_a_number_is_refused),
        cmocka_unit_test(payloads_are_read_as_written),
        cmocka_unit_test(an_offer_and_its_answer_are_read_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
