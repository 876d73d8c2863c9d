/* SPDX-License-Identifier: MIT */
#include "core/base/cbor.h"
#include "net/discovery_wire.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct beacon some_beacon(bool has_tag, size_t invite_count)
{
    struct beacon beacon = {.has_tag = has_tag, .invite_count = invite_count};
    memset(beacon.salt, 1, sizeof beacon.salt);
    memset(beacon.tag, 2, has_tag ? TAG_SIZE : 0);
    memset(beacon.invites, 3, invite_count * TAG_SIZE);
    return beacon;
}

static struct discovery_message some_message(enum discovery_type type)
{
    struct discovery_message message = {.type = type};
    if (type == DISCOVERY_ANNOUNCE) {
        message.address.port = 65535;
        message.beacon = some_beacon(true, INVITES_MAX);
        message.again = true;
    } else if (type == DISCOVERY_SEEN) {
        message.address = (struct address){.ip = {0xfe, 0x80, [15] = 1}, .port = 1, .scope = INT32_MAX};
        message.beacon = some_beacon(false, 0);
    }
    if (type == DISCOVERY_SEEN || type == DISCOVERY_GONE)
        message.instance = BYTES_TEXT("a name of 63 bytes, which is the most that a DNS label can hold");
    if (type == DISCOVERY_LOG)
        message.text = BYTES_TEXT("a line");
    return message;
}

static void assert_same(const struct discovery_message *a, const struct discovery_message *b)
{
    assert_int_equal(a->type, b->type);
    assert_memory_equal(&a->address, &b->address, sizeof a->address);
    assert_memory_equal(a->beacon.salt, b->beacon.salt, sizeof a->beacon.salt);
    assert_int_equal(a->beacon.has_tag, b->beacon.has_tag);
    assert_memory_equal(a->beacon.tag, b->beacon.tag, TAG_SIZE);
    assert_int_equal(a->beacon.invite_count, b->beacon.invite_count);
    assert_memory_equal(a->beacon.invites, b->beacon.invites, sizeof a->beacon.invites);
    assert_int_equal(a->again, b->again);
    assert_true(bytes_equal(a->instance, b->instance));
    assert_true(bytes_equal(a->text, b->text));
}

static void every_message_comes_out_as_it_went_in(void **state)
{
    (void)state;
    for (enum discovery_type type = DISCOVERY_ANNOUNCE; type <= DISCOVERY_PONG; type++) {
        struct discovery_message in = some_message(type), out;
        struct buffer frame = {0};
        size_t used;
        discovery_encode(&frame, &in);
        buffer_append_byte(&frame, 0xff); /* of the next frame */
        assert_int_equal(discovery_decode(buffer_bytes(&frame), &out, &used), OK);
        assert_int_equal(used, frame.size - 1);
        assert_same(&in, &out);
        buffer_done(&frame);
    }
}

static void a_frame_cut_anywhere_is_incomplete_or_malformed(void **state)
{
    (void)state;
    for (enum discovery_type type = DISCOVERY_ANNOUNCE; type <= DISCOVERY_PONG; type++) {
        struct discovery_message in = some_message(type), out;
        struct buffer frame = {0};
        size_t used;
        discovery_encode(&frame, &in);
        for (size_t size = 0; size < frame.size; size++)
            assert_int_equal(discovery_decode((struct bytes){frame.data, size}, &out, &used), ERR_NOT_FOUND);
        for (size_t size = 2; size < frame.size; size++) { /* the length says that this is all */
            put_u16(frame.data, (uint16_t)(size - 2));
            assert_int_equal(discovery_decode((struct bytes){frame.data, size}, &out, &used), ERR_MALFORMED);
        }
        buffer_done(&frame);
    }
}

/* Frames the CBOR in `body`, and gives that back. */
static enum error decode_body(struct buffer *body)
{
    struct discovery_message message;
    struct buffer frame = {0};
    size_t used;
    buffer_append_u16(&frame, (uint16_t)body->size);
    buffer_append(&frame, buffer_bytes(body));
    enum error err = discovery_decode(buffer_bytes(&frame), &message, &used);
    buffer_done(&frame);
    buffer_done(body);
    return err;
}

struct announce {
    uint64_t port;
    size_t salt, tag, invites; /* sizes */
};

static enum error decode_announce(const struct announce *announce)
{
    static const uint8_t zeros[256];
    struct buffer body = {0};
    write_array(&body, 6);
    write_uint(&body, DISCOVERY_ANNOUNCE);
    write_uint(&body, announce->port);
    write_bytes(&body, (struct bytes){zeros, announce->salt});
    write_bytes(&body, (struct bytes){zeros, announce->tag});
    write_bytes(&body, (struct bytes){zeros, announce->invites});
    write_bool(&body, false);
    return decode_body(&body);
}

static void only_sizes_that_make_sense_are_taken(void **state)
{
    (void)state;
    assert_int_equal(decode_announce(&(struct announce){7001, 8, 8, 16 * 8}), OK);
    assert_int_equal(decode_announce(&(struct announce){7001, 8, 0, 0}), OK);
    assert_int_equal(decode_announce(&(struct announce){0, 8, 8, 8}), ERR_MALFORMED);
    assert_int_equal(decode_announce(&(struct announce){65536, 8, 8, 8}), ERR_MALFORMED);
    assert_int_equal(decode_announce(&(struct announce){7001, 7, 8, 8}), ERR_MALFORMED);
    assert_int_equal(decode_announce(&(struct announce){7001, 9, 8, 8}), ERR_MALFORMED);
    assert_int_equal(decode_announce(&(struct announce){7001, 8, 7, 8}), ERR_MALFORMED);
    assert_int_equal(decode_announce(&(struct announce){7001, 8, 9, 8}), ERR_MALFORMED);
    assert_int_equal(decode_announce(&(struct announce){7001, 8, 8, 9}), ERR_MALFORMED);
    assert_int_equal(decode_announce(&(struct announce){7001, 8, 8, 17 * 8}), ERR_MALFORMED);
}

static enum error decode_gone(uint64_t type, size_t items, size_t instance_size)
{
    static const uint8_t letters[80] = {'a'};
    struct buffer body = {0};
    write_array(&body, items);
    write_uint(&body, type);
    write_bytes(&body, (struct bytes){letters, instance_size});
    return decode_body(&body);
}

static void names_types_and_counts_are_bounded(void **state)
{
    (void)state;
    assert_int_equal(decode_gone(DISCOVERY_GONE, 2, 1), OK);
    assert_int_equal(decode_gone(DISCOVERY_GONE, 2, 63), OK);
    assert_int_equal(decode_gone(DISCOVERY_GONE, 2, 0), ERR_MALFORMED);
    assert_int_equal(decode_gone(DISCOVERY_GONE, 2, 64), ERR_MALFORMED);
    assert_int_equal(decode_gone(DISCOVERY_GONE, 1, 1), ERR_MALFORMED);
    assert_int_equal(decode_gone(DISCOVERY_PONG, 2, 1), ERR_MALFORMED);
    assert_int_equal(decode_gone(0, 2, 1), ERR_MALFORMED);
    assert_int_equal(decode_gone(7, 2, 1), ERR_MALFORMED);
    assert_int_equal(decode_gone(UINT64_MAX, 2, 1), ERR_MALFORMED);
}

static void a_frame_that_is_too_long_is_refused_before_it_came(void **state)
{
    (void)state;
    const uint8_t head[2] = {(DISCOVERY_FRAME_MAX + 1) >> 8, (DISCOVERY_FRAME_MAX + 1) & 0xff};
    struct discovery_message message;
    size_t used;
    assert_int_equal(discovery_decode(BYTES_OF(head), &message, &used), ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_comes_out_as_it_went_in),
        cmocka_unit_test(a_frame_cut_anywhere_is_incomplete_or_malformed),
        cmocka_unit_test(only_sizes_that_make_sense_are_taken),
        cmocka_unit_test(names_types_and_counts_are_bounded),
        cmocka_unit_test(a_frame_that_is_too_long_is_refused_before_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
