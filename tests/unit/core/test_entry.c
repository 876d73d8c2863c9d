/* SPDX-License-Identifier: MIT
 * The entry's codec: against an entry made by another implementation, and against every cut and change. */
#include "check.h"

#include "core/base/cbor.h"
#include "core/entry/entry.h"

/* Seed of the key: 32 times 7.  Encoded, hashed and signed by another program. */
static const char known_data[] =
    "011840582001010101010101010101010101010101010101010101010101010101010101011903e858200202020202020202020202020202"
    "0202020202020202020202020202020202021b0193abcdef01000258300d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d"
    "0d0d0d0d0d000000000000012c0e0e0e0e0e0e0e0e5005050505050505050505050505050505";
static const char known_wire[] =
    "8a011840582001010101010101010101010101010101010101010101010101010101010101011903e8582002020202020202020202020202"
    "020202020202020202020202020202020202021b0193abcdef01000258300d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d"
    "0d0d0d0d0d0d000000000000012c0e0e0e0e0e0e0e0e50050505050505050505050505050505050d58201fe1fb82440f0ddf8f418f925809"
    "28b2870eedc32d6ee2c5057ea574edd38f4d20a4bf6808dace36c8a36c78ed8deaf5624109079262b29dcbc572ac5647611985fe75390322"
    "aa52532766711847374b62a55ad41e0b10feb3858a6b425dfd0768656c6c6f2c206f6666696365";
static const char known_id[] = "0f57ff78ee779beceb5922c59a4a1de02fdc241acc628f4695c9cce5179cc8ff";

struct fixture {
    struct sign_public key;
    struct sign_secret secret;
    struct buffer deps;
    struct entry entry; /* what known_wire says */
    struct buffer wire; /* encoded from it */
};

static int open_fixture(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){0};
    if (crypto_init() != OK)
        return -1;
    uint8_t seed[32];
    memset(seed, 7, sizeof seed);
    crypto_sign_keypair_from(seed, &fixture.key, &fixture.secret);

    struct dep dep = {.seq = 300};
    memset(dep.log.bytes, 0x0d, sizeof dep.log.bytes);
    memset(dep.id, 0x0e, sizeof dep.id);
    dep_append(&dep, &fixture.deps);
    struct entry *entry = &fixture.entry;
    *entry = (struct entry){.type = ENTRY_MESSAGE, .seq = 1000, .hlc = UINT64_C(0x0193abcdef010002)};
    memset(entry->log.bytes, 1, sizeof entry->log.bytes);
    memset(entry->previous.bytes, 2, sizeof entry->previous.bytes);
    memset(entry->epoch.bytes, 5, sizeof entry->epoch.bytes);
    entry->deps = buffer_bytes(&fixture.deps);
    entry->payload = BYTES_TEXT("hello, office");

    struct hash id;
    *state = &fixture;
    return entry_encode(entry, &fixture.secret, &fixture.wire, &id) == OK ? 0 : -1;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    buffer_done(&fixture->deps);
    buffer_done(&fixture->wire);
    return 0;
}

/* Decodes a copy that ends where its block ends, so that a sanitizer sees a read past it. */
static enum error decode_copy(struct bytes wire)
{
    struct buffer copy = {0};
    struct entry entry;
    buffer_reserve(&copy, wire.size);
    buffer_append(&copy, wire);
    enum error err = entry_decode(buffer_bytes(&copy), &entry);
    buffer_done(&copy);
    return err;
}

static void an_entry_is_encoded_as_another_program_does(void **state)
{
    struct fixture *fixture = *state;
    struct buffer out = {0};
    struct hash id;
    buffer_append_byte(&out, 'x'); /* it appends */
    assert_int_equal(entry_encode(&fixture->entry, &fixture->secret, &out, &id), OK);
    check_hex((struct bytes){out.data + 1, out.size - 1}, known_wire);
    check_hex(BYTES_OF(id.bytes), known_id);
    buffer_done(&out);
}

static void a_payload_is_bound_to_the_fields_before_it(void **state)
{
    struct fixture *fixture = *state;
    struct buffer out = {0};
    entry_associated_data(&fixture->entry, &out);
    check_hex(buffer_bytes(&out), known_data);

    struct entry decoded; /* the same when it comes back, for opening */
    struct buffer again = {0};
    assert_int_equal(entry_decode(buffer_bytes(&fixture->wire), &decoded), OK);
    entry_associated_data(&decoded, &again);
    CHECK_BYTES(buffer_bytes(&again), buffer_bytes(&out));
    CHECK_BYTES(decoded.bound, buffer_bytes(&out));
    buffer_done(&out);
    buffer_done(&again);
}

static void an_entry_is_decoded_field_by_field(void **state)
{
    struct fixture *fixture = *state;
    struct buffer wire = {0};
    struct entry entry;
    assert_int_equal(entry_decode(unhex(known_wire, &wire), &entry), OK);
    const struct entry *expected = &fixture->entry;
    assert_int_equal(entry.version, ENTRY_VERSION);
    assert_int_equal(entry.type, ENTRY_MESSAGE);
    assert_memory_equal(entry.log.bytes, expected->log.bytes, 32);
    assert_int_equal(entry.seq, 1000);
    assert_memory_equal(entry.previous.bytes, expected->previous.bytes, 32);
    assert_true(entry.hlc == expected->hlc);
    assert_memory_equal(entry.epoch.bytes, expected->epoch.bytes, 16);
    assert_int_equal(entry.payload_size, 13);
    assert_false(entry.payload_missing);
    CHECK_BYTES(entry.payload, BYTES_TEXT("hello, office"));
    assert_int_equal(entry_dep_count(&entry), 1);
    struct dep dep = entry_dep(&entry, 0);
    assert_int_equal(dep.seq, 300);
    assert_int_equal(dep.log.bytes[31], 0x0d);
    assert_int_equal(dep.id[7], 0x0e);

    struct hash id;
    entry_id(&entry, &id);
    check_hex(BYTES_OF(id.bytes), known_id);
    assert_int_equal(entry_check_payload(&entry), OK);
    assert_int_equal(entry_verify(&entry, &fixture->key), OK);
    buffer_done(&wire);
}

static void every_truncation_is_refused_but_the_one_that_erases_the_payload(void **state)
{
    struct fixture *fixture = *state;
    struct bytes wire = buffer_bytes(&fixture->wire);
    size_t without_payload = wire.size - fixture->entry.payload.size;
    for (size_t size = 0; size < wire.size; size++)
        assert_int_equal(decode_copy((struct bytes){wire.data, size}), size == without_payload ? OK : ERR_MALFORMED);
}

/* A change anywhere is seen by the form, the payload's hash or the signature. */
static void every_changed_bit_is_refused_by_someone(void **state)
{
    struct fixture *fixture = *state;
    struct buffer wire = {0};
    buffer_append(&wire, buffer_bytes(&fixture->wire));
    for (size_t bit = 0; bit < wire.size * 8; bit++) {
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct entry entry;
        enum error err = entry_decode(buffer_bytes(&wire), &entry);
        if (!err)
            err = entry_check_payload(&entry);
        if (!err)
            err = entry_verify(&entry, &fixture->key);
        if (!err)
            fail_msg("bit %zu may change", bit);
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    buffer_done(&wire);
}

static void bytes_after_the_payload_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct buffer wire = {0};
    buffer_append(&wire, buffer_bytes(&fixture->wire));
    buffer_append_byte(&wire, 0);
    assert_int_equal(decode_copy(buffer_bytes(&wire)), ERR_MALFORMED);
    buffer_done(&wire);
}

static void a_refused_entry_leaves_the_result_alone(void **state)
{
    struct fixture *fixture = *state;
    struct entry entry = {.seq = 77};
    assert_int_equal(entry_decode((struct bytes){fixture->wire.data, 100}, &entry), ERR_MALFORMED);
    assert_int_equal(entry.seq, 77);
}

static void content_without_its_payload_is_an_erased_entry(void **state)
{
    struct fixture *fixture = *state;
    struct entry entry;
    struct bytes wire = {fixture->wire.data, fixture->wire.size - fixture->entry.payload.size};
    assert_int_equal(entry_decode(wire, &entry), OK);
    assert_true(entry.payload_missing);
    assert_int_equal(entry.payload.size, 0);
    assert_int_equal(entry.payload_size, 13);
    assert_int_equal(entry_verify(&entry, &fixture->key), OK);
    struct hash id;
    entry_id(&entry, &id);
    check_hex(BYTES_OF(id.bytes), known_id);
}

static void governance_without_its_payload_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct entry entry = fixture->entry;
    entry.type = ENTRY_MESSAGE - 1;
    struct buffer wire = {0};
    struct hash id;
    assert_int_equal(entry_encode(&entry, &fixture->secret, &wire, &id), OK);
    assert_int_equal(decode_copy(buffer_bytes(&wire)), OK);
    wire.size -= entry.payload.size;
    assert_int_equal(decode_copy(buffer_bytes(&wire)), ERR_MALFORMED);
    buffer_done(&wire);
}

static void an_empty_payload_is_there(void **state)
{
    struct fixture *fixture = *state;
    struct entry entry = fixture->entry, decoded;
    entry.payload = (struct bytes){0};
    struct buffer wire = {0};
    struct hash id;
    assert_int_equal(entry_encode(&entry, &fixture->secret, &wire, &id), OK);
    assert_int_equal(entry_decode(buffer_bytes(&wire), &decoded), OK);
    assert_false(decoded.payload_missing);
    assert_int_equal(entry_check_payload(&decoded), OK);
    buffer_done(&wire);
}

static void another_payload_of_the_same_size_is_found_out(void **state)
{
    struct fixture *fixture = *state;
    struct entry entry;
    struct buffer wire = {0};
    buffer_append(&wire, buffer_bytes(&fixture->wire));
    wire.data[wire.size - 1] ^= 1;
    assert_int_equal(entry_decode(buffer_bytes(&wire), &entry), OK);
    assert_int_equal(entry_check_payload(&entry), ERR_MALFORMED);
    buffer_done(&wire);
}

static void the_largest_entry_fits_and_one_byte_more_does_not(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t payload[ENTRY_SIZE_MAX];
    struct entry entry = fixture->entry;
    size_t header_size = fixture->wire.size - 64 - entry.payload.size + 2; /* the size now takes three bytes */
    entry.payload = (struct bytes){payload, ENTRY_SIZE_MAX - 64 - header_size};
    struct buffer wire = {0};
    struct hash id;
    assert_int_equal(entry_encode(&entry, &fixture->secret, &wire, &id), OK);
    assert_int_equal(wire.size, ENTRY_SIZE_MAX);
    assert_int_equal(decode_copy(buffer_bytes(&wire)), OK);
    buffer_append_byte(&wire, 0);
    assert_int_equal(decode_copy(buffer_bytes(&wire)), ERR_TOO_BIG);

    wire.size = 0;
    entry.payload.size++;
    assert_int_equal(entry_encode(&entry, &fixture->secret, &wire, &id), ERR_TOO_BIG);
    assert_int_equal(wire.size, 0);
    buffer_done(&wire);
}

/* ---------------------------------------------------------------- headers that nobody should write */

struct header {
    size_t items;
    uint64_t version, type, seq, payload_size;
    size_t log_size, previous_size, deps_size, epoch_size, hash_size;
};

static const struct header sound = {.items = 10,
                                    .version = 1,
                                    .type = 64,
                                    .seq = 1,
                                    .log_size = 32,
                                    .previous_size = 32,
                                    .deps_size = 48,
                                    .epoch_size = 16,
                                    .hash_size = 32};

static enum error decode_header_of(struct header header)
{
    static const uint8_t zeros[8192];
    struct buffer wire = {0};
    write_array(&wire, header.items);
    write_uint(&wire, header.version);
    write_uint(&wire, header.type);
    write_bytes(&wire, (struct bytes){zeros, header.log_size});
    write_uint(&wire, header.seq);
    write_bytes(&wire, (struct bytes){zeros, header.previous_size});
    write_uint(&wire, 0);
    write_bytes(&wire, (struct bytes){zeros, header.deps_size});
    write_bytes(&wire, (struct bytes){zeros, header.epoch_size});
    write_uint(&wire, header.payload_size);
    write_bytes(&wire, (struct bytes){zeros, header.hash_size});
    buffer_append(&wire, (struct bytes){zeros, 64});
    enum error err = decode_copy(buffer_bytes(&wire));
    buffer_done(&wire);
    return err;
}

/* The sound header but for one field. */
#define DECODE_WITH(field, value) (header = sound, header.field = (value), decode_header_of(header))

static void a_header_with_a_wrong_field_is_refused(void **state)
{
    (void)state;
    struct header header;
    assert_int_equal(decode_header_of(sound), OK);
    assert_int_equal(DECODE_WITH(items, 9), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(items, 11), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(seq, 0), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(log_size, 31), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(log_size, 33), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(previous_size, 0), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(deps_size, 47), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(deps_size, 64 * 48), OK);
    assert_int_equal(DECODE_WITH(deps_size, 65 * 48), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(deps_size, 8000), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(epoch_size, 0), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(epoch_size, 17), ERR_MALFORMED);
    assert_int_equal(DECODE_WITH(hash_size, 64), ERR_MALFORMED);
}

static void a_later_version_is_told_apart_whatever_follows_it(void **state)
{
    (void)state;
    struct header header;
    assert_int_equal(DECODE_WITH(version, 2), ERR_VERSION);
    assert_int_equal(DECODE_WITH(version, 0), ERR_MALFORMED); /* there is no earlier one */
    struct header later = sound;
    later.version = 2;
    later.items = 12;
    assert_int_equal(decode_header_of(later), ERR_VERSION);
}

static void a_missing_payload_counts_in_full(void **state)
{
    (void)state;
    struct header header;
    const size_t header_size = 1 + 1 + 2 + 34 + 1 + 34 + 1 + 50 + 17 + 3 + 34;
    assert_int_equal(DECODE_WITH(payload_size, ENTRY_SIZE_MAX - 64 - header_size), OK);
    assert_int_equal(DECODE_WITH(payload_size, ENTRY_SIZE_MAX - 64 - header_size + 1), ERR_TOO_BIG);
    assert_int_equal(DECODE_WITH(payload_size, UINT64_MAX), ERR_TOO_BIG);
}

static void more_causes_than_allowed_are_not_encoded(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t deps[(ENTRY_DEPS_MAX + 1) * DEP_SIZE];
    struct entry entry = fixture->entry;
    entry.deps = BYTES_OF(deps);
    struct buffer wire = {0};
    struct hash id;
    assert_int_equal(entry_encode(&entry, &fixture->secret, &wire, &id), ERR_TOO_BIG);
    assert_int_equal(wire.size, 0);
    buffer_done(&wire);
}

static void every_part_of_a_logs_name_makes_its_id(void **state)
{
    (void)state;
    struct log_name name = {.instance = 7, .kind = KIND_CONTENT};
    memset(name.group.bytes, 1, 32);
    memset(name.device.bytes, 2, 32);
    memset(name.sub.bytes, 3, 8);
    struct hash id, other;
    log_name_id(&name, &id);
    check_hex(BYTES_OF(id.bytes), "5f33f48da01276c75b68c0106aa79cfef0bd596cd997397217558a5d3b3672fc");

    struct log_name changed[] = {name, name, name, name, name};
    changed[0].group.bytes[31]++;
    changed[1].device.bytes[31]++;
    changed[2].instance++;
    changed[3].sub.bytes[7]++;
    changed[4].kind = KIND_GOVERNANCE;
    for (size_t i = 0; i < 5; i++) {
        log_name_id(&changed[i], &other);
        assert_memory_not_equal(id.bytes, other.bytes, 32);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_encoded_as_another_program_does),
        cmocka_unit_test(a_payload_is_bound_to_the_fields_before_it),
        cmocka_unit_test(an_entry_is_decoded_field_by_field),
        cmocka_unit_test(every_truncation_is_refused_but_the_one_that_erases_the_payload),
        cmocka_unit_test(every_changed_bit_is_refused_by_someone),
        cmocka_unit_test(bytes_after_the_payload_are_refused),
        cmocka_unit_test(a_refused_entry_leaves_the_result_alone),
        cmocka_unit_test(content_without_its_payload_is_an_erased_entry),
        cmocka_unit_test(governance_without_its_payload_is_refused),
        cmocka_unit_test(an_empty_payload_is_there),
        cmocka_unit_test(another_payload_of_the_same_size_is_found_out),
        cmocka_unit_test(the_largest_entry_fits_and_one_byte_more_does_not),
        cmocka_unit_test(a_header_with_a_wrong_field_is_refused),
        cmocka_unit_test(a_later_version_is_told_apart_whatever_follows_it),
        cmocka_unit_test(a_missing_payload_counts_in_full),
        cmocka_unit_test(more_causes_than_allowed_are_not_encoded),
        cmocka_unit_test(every_part_of_a_logs_name_makes_its_id),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
