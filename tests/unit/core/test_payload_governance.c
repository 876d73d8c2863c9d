/* SPDX-License-Identifier: MIT
 * Payloads of governance: each is read as it was written, and in no other length; consents hold for what they name. */
#include "check.h"

#include "core/entry/payload.h"

struct sample {
    struct buffer cut, cites, payload, again;
    struct sign_public device;
};

static void begin(struct sample *sample)
{
    *sample = (struct sample){.device = {{4, 5, 6}}};
    for (uint8_t i = 1; i <= 3; i++) {
        struct cut cut = {.log = {{i}}, .seq = UINT64_C(1000) * i, .id = {{9, i}}};
        cut_append(&cut, &sample->cut);
        buffer_append(&sample->cites, BYTES_OF(cut.id.bytes));
    }
}

/* The copy is on the heap at its own size, so that a sanitizer sees who reads behind it. */
#define CHECK_CODEC(sample, type, name, value)                                                                         \
    do {                                                                                                               \
        struct type back_;                                                                                             \
        name##_encode(value, &(sample)->payload);                                                                      \
        for (size_t size_ = 0; size_ <= (sample)->payload.size; size_++) {                                             \
            struct buffer copy_ = {0};                                                                                 \
            buffer_append(&copy_, (struct bytes){(sample)->payload.data, size_});                                      \
            enum error expected_ = size_ == (sample)->payload.size ? OK : ERR_MALFORMED;                               \
            assert_int_equal(name##_decode(buffer_bytes(&copy_), &back_), expected_);                                  \
            if (expected_ == OK)                                                                                       \
                name##_encode(&back_, &(sample)->again);                                                               \
            buffer_done(&copy_);                                                                                       \
        }                                                                                                              \
        assert_true(bytes_equal(buffer_bytes(&(sample)->payload), buffer_bytes(&(sample)->again)));                    \
        buffer_append_byte(&(sample)->payload, 0);                                                                     \
        assert_int_equal(name##_decode(buffer_bytes(&(sample)->payload), &back_), ERR_MALFORMED);                      \
    } while (0)

static void end(struct sample *sample)
{
    buffer_done(&sample->cut);
    buffer_done(&sample->cites);
    buffer_done(&sample->payload);
    buffer_done(&sample->again);
}

#define CODEC_TEST(test, type, name, ...)                                                                              \
    static void test(void **state)                                                                                     \
    {                                                                                                                  \
        struct sample sample;                                                                                          \
        (void)state;                                                                                                   \
        begin(&sample);                                                                                                \
        const struct type value = {__VA_ARGS__};                                                                       \
        CHECK_CODEC(&sample, type, name, &value);                                                                      \
        end(&sample);                                                                                                  \
    }

CODEC_TEST(a_grant_is_read_as_written, grant, grant, sample.device, 3, buffer_bytes(&sample.cut))
CODEC_TEST(a_revocation_is_read_as_written, revocation, revocation, {{7}}, buffer_bytes(&sample.cut))
CODEC_TEST(a_handover_is_read_as_written, handover, handover, sample.device, {{8}}, buffer_bytes(&sample.cut))
CODEC_TEST(a_generation_is_read_as_written, generation, generation, {{8, 9}})
CODEC_TEST(an_add_is_read_as_written, add, add, {.device = sample.device, .instance = 2, .role = ROLE_CARRIER},
           buffer_bytes(&sample.cites))
CODEC_TEST(a_removal_is_read_as_written, removal, removal, sample.device, 1, buffer_bytes(&sample.cut),
           buffer_bytes(&sample.cites))
CODEC_TEST(a_policy_is_read_as_written, policy_change, policy, {true, 400}, buffer_bytes(&sample.cites))
CODEC_TEST(a_linkage_is_read_as_written, linkage, linkage, sample.device, .number = LINK_NUMBERS)

static void a_cut_names_heads_one_by_one(void **state)
{
    struct sample sample;
    (void)state;
    begin(&sample);
    struct cut last = cut_at(buffer_bytes(&sample.cut), 2);
    assert_int_equal(cut_count(buffer_bytes(&sample.cut)), 3);
    assert_int_equal(last.log.bytes[0], 3);
    assert_int_equal(last.seq, 3000);
    assert_int_equal(last.id.bytes[1], 3);
    assert_int_equal(cite_count(buffer_bytes(&sample.cites)), 3);
    assert_int_equal(cite_at(buffer_bytes(&sample.cites), 1).bytes[1], 2);
    end(&sample);
}

static void numbers_out_of_range_are_malformed(void **state)
{
    struct buffer payload = {0};
    struct removal removal = {.instance = 0}, ignored;
    struct linkage linkage, back;
    (void)state;
    removal_encode(&removal, &payload);
    assert_int_equal(removal_decode(buffer_bytes(&payload), &ignored), ERR_MALFORMED);
    for (uint64_t number = 0; number <= LINK_NUMBERS + 1; number++) {
        bool fits = number >= 1 && number <= LINK_NUMBERS;
        linkage = (struct linkage){.number = number};
        payload.size = 0;
        linkage_encode(&linkage, &payload);
        assert_int_equal(linkage_decode(buffer_bytes(&payload), &back), fits ? OK : ERR_MALFORMED);
    }
    buffer_done(&payload);
}

static void a_device_consents_to_one_linker_person_group_and_box_key(void **state)
{
    const uint8_t seed[32] = {1};
    const struct hash group = {{2}}, other_group = {{3}};
    const struct sign_public linker = {{4}}, other_linker = {{5}};
    struct sign_secret secret;
    struct linkage linkage = {.person = {{6}}, .box = {{7}}, .number = 1};
    (void)state;
    crypto_sign_keypair_from(seed, &linkage.device, &secret);
    linkage_sign(&group, &linker, &linkage, &secret);
    assert_int_equal(linkage_verify(&group, &linker, &linkage), OK);
    assert_int_equal(linkage_verify(&other_group, &linker, &linkage), ERR_BAD_SIGNATURE);
    assert_int_equal(linkage_verify(&group, &other_linker, &linkage), ERR_BAD_SIGNATURE);
    struct linkage other = linkage;
    other.person.bytes[0] ^= 1;
    assert_int_equal(linkage_verify(&group, &linker, &other), ERR_BAD_SIGNATURE);
    other = linkage;
    other.box.bytes[0] ^= 1;
    assert_int_equal(linkage_verify(&group, &linker, &other), ERR_BAD_SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grant_is_read_as_written),
        cmocka_unit_test(a_revocation_is_read_as_written),
        cmocka_unit_test(a_handover_is_read_as_written),
        cmocka_unit_test(a_generation_is_read_as_written),
        cmocka_unit_test(an_add_is_read_as_written),
        cmocka_unit_test(a_removal_is_read_as_written),
        cmocka_unit_test(a_policy_is_read_as_written),
        cmocka_unit_test(a_linkage_is_read_as_written),
        cmocka_unit_test(a_cut_names_heads_one_by_one),
        cmocka_unit_test(numbers_out_of_range_are_malformed),
        cmocka_unit_test(a_device_consents_to_one_linker_person_group_and_box_key),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
