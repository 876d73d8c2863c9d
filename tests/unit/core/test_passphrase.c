/* SPDX-License-Identifier: MIT
 * Secrets under a passphrase. */
#include "check.h"

#include "core/base/passphrase.h"

static const uint8_t drawn[PASSPHRASE_SALT_SIZE + SEALED_NONCE_SIZE] = {1, 2, 3, [39] = 40};

static struct bytes sealed_secret(void)
{
    static struct buffer sealed;
    assert_int_equal(crypto_init(), OK);
    if (!sealed.size)
        assert_int_equal(passphrase_seal(BYTES_TEXT("Tür an Tür"), BYTES_TEXT("the secret"), drawn, &sealed), OK);
    return buffer_bytes(&sealed);
}

static void only_the_passphrase_opens_it(void **state)
{
    (void)state;
    struct buffer plain = {0};
    struct bytes sealed = sealed_secret();
    assert_int_equal(sealed.size, PASSPHRASE_OVERHEAD + strlen("the secret"));
    assert_int_equal(passphrase_open(BYTES_TEXT("Tür an tür"), sealed, &plain), ERR_BAD_PASSPHRASE);
    assert_int_equal(passphrase_open((struct bytes){0}, sealed, &plain), ERR_BAD_PASSPHRASE);
    assert_int_equal(plain.size, 0);
    assert_int_equal(passphrase_open(BYTES_TEXT("Tür an Tür"), sealed, &plain), OK);
    CHECK_BYTES(buffer_bytes(&plain), BYTES_TEXT("the secret"));
    buffer_wipe(&plain);
}

static void what_was_altered_or_cut_off_does_not_open(void **state)
{
    (void)state;
    static const size_t places[] = {16, 31, 32, 56, 70}; /* salt, nonce, ciphertext, tag */
    struct buffer copy = {0}, plain = {0};
    buffer_append(&copy, sealed_secret());
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        copy.data[places[i]] ^= 1;
        assert_int_equal(passphrase_open(BYTES_TEXT("Tür an Tür"), buffer_bytes(&copy), &plain), ERR_BAD_PASSPHRASE);
        copy.data[places[i]] ^= 1;
    }
    for (size_t size = 0; size < PASSPHRASE_OVERHEAD; size++)
        assert_int_equal(passphrase_open(BYTES_TEXT("Tür an Tür"), (struct bytes){copy.data, size}, &plain),
                         ERR_CORRUPT);
    buffer_done(&copy);
    buffer_done(&plain);
}

/* A damaged file must not make a node calculate for hours, or take all memory. */
static void a_file_cannot_ask_for_any_cost(void **state)
{
    (void)state;
    static const struct password_cost costs[] = {{0, 256u << 10}, {65, 256u << 10}, {3, 8191}, {3, (4u << 20) + 1}};
    struct buffer copy = {0}, plain = {0};
    buffer_append(&copy, sealed_secret());
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        put_u32(copy.data + 8, costs[i].passes);
        put_u32(copy.data + 12, costs[i].memory_kib);
        assert_int_equal(passphrase_open(BYTES_TEXT("Tür an Tür"), buffer_bytes(&copy), &plain), ERR_CORRUPT);
    }
    buffer_done(&copy);
    buffer_done(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_passphrase_opens_it),
        cmocka_unit_test(what_was_altered_or_cut_off_does_not_open),
        cmocka_unit_test(a_file_cannot_ask_for_any_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
