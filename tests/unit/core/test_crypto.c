/* SPDX-License-Identifier: MIT
 * Published vectors where they exist, and that every key, nonce and byte matters. */
#include "check.h"

#include "core/base/random.h"
#include "core/crypto.h"

static int start_crypto(void **state)
{
    (void)state;
    return crypto_init() == OK ? 0 : -1;
}

static void hashes_are_blake2b(void **state)
{
    (void)state;
    struct hash hash;
    crypto_hash(BYTES_TEXT("abc"), &hash);
    check_hex(BYTES_OF(hash.bytes), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    crypto_hash((struct bytes){0}, &hash);
    check_hex(BYTES_OF(hash.bytes), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");

    struct secret_key key;
    for (size_t i = 0; i < sizeof key.bytes; i++)
        key.bytes[i] = (uint8_t)i;
    crypto_hash_keyed(&key, BYTES_TEXT("abc"), &hash);
    check_hex(BYTES_OF(hash.bytes), "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f");
}

/* RFC 7693, appendix A */
static void the_long_hash_is_the_one_of_the_rfc(void **state)
{
    (void)state;
    const struct bytes parts[] = {BYTES_TEXT("a"), {0}, BYTES_TEXT("bc")};
    uint8_t hash[64];
    crypto_hash512(parts, 3, hash);
    check_hex(BYTES_OF(hash), "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                              "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

static void parts_hash_like_the_whole(void **state)
{
    (void)state;
    const struct bytes parts[] = {BYTES_TEXT("ab"), BYTES_TEXT(""), BYTES_TEXT("c")};
    struct hash whole, of_parts;
    crypto_hash(BYTES_TEXT("abc"), &whole);
    crypto_hash_parts(parts, 3, &of_parts);
    assert_memory_equal(whole.bytes, of_parts.bytes, 32);
}

/* Made with another implementation of RFC 2104 over BLAKE2b-512. */
static void hmac_takes_short_and_long_keys(void **state)
{
    (void)state;
    const struct bytes parts[] = {BYTES_TEXT("The quick "), BYTES_TEXT("brown fox")};
    uint8_t mac[64], key[200];
    crypto_hmac512(BYTES_TEXT("key"), parts, 2, mac);
    check_hex(BYTES_OF(mac), "5c169e8a18362381efbc0f688fa1d48e99f2bd5885a19c29943e28b43d566f33"
                             "0555d6c37a277cd4cbb1deca561f377c02f0d5388c6e1efd6e97de2bd8b2d678");
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    crypto_hmac512(BYTES_OF(key), parts, 2, mac);
    check_hex(BYTES_OF(mac), "8e4ffb94ea8af3e823b4ee752e0665451477f32c4709b8185c516869bc4ccc8e"
                             "677335ccbb5fa162626d0047293b6f1c97c0e7a8d80301bf6698f3fa95c53ca6");
}

/* RFC 8032 §7.1, test 2: the empty context leaves plain Ed25519. */
static void signatures_are_ed25519(void **state)
{
    (void)state;
    uint8_t seed[32];
    struct sign_public key;
    struct sign_secret secret;
    struct signature signature;
    unhex_to("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed, sizeof seed);
    crypto_sign_keypair_from(seed, &key, &secret);
    check_hex(BYTES_OF(key.bytes), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    crypto_sign(&secret, (struct bytes){0}, BYTES_TEXT("r"), &signature);
    check_hex(BYTES_OF(signature.bytes), "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assert_int_equal(crypto_verify(&key, (struct bytes){0}, BYTES_TEXT("r"), &signature), OK);
}

static void a_signature_holds_for_its_context_message_and_key_only(void **state)
{
    (void)state;
    const uint8_t seed[32] = {1}, other_seed[32] = {2};
    struct sign_public key, other;
    struct sign_secret secret, other_secret;
    struct signature signature;
    crypto_sign_keypair_from(seed, &key, &secret);
    crypto_sign_keypair_from(other_seed, &other, &other_secret);
    crypto_sign(&secret, BYTES_TEXT("context"), BYTES_TEXT("message"), &signature);

    assert_int_equal(crypto_verify(&key, BYTES_TEXT("context"), BYTES_TEXT("message"), &signature), OK);
    assert_int_equal(crypto_verify(&key, BYTES_TEXT("contexx"), BYTES_TEXT("message"), &signature), ERR_BAD_SIGNATURE);
    assert_int_equal(crypto_verify(&key, BYTES_TEXT("context"), BYTES_TEXT("massage"), &signature), ERR_BAD_SIGNATURE);
    assert_int_equal(crypto_verify(&other, BYTES_TEXT("context"), BYTES_TEXT("message"), &signature),
                     ERR_BAD_SIGNATURE);
    for (size_t i = 0; i < sizeof signature.bytes; i++) {
        signature.bytes[i] ^= 1;
        assert_int_equal(crypto_verify(&key, BYTES_TEXT("context"), BYTES_TEXT("message"), &signature),
                         ERR_BAD_SIGNATURE);
        signature.bytes[i] ^= 1;
    }
}

static void a_message_too_long_to_sign_does_not_verify(void **state)
{
    (void)state;
    static const uint8_t message[8193];
    const struct sign_public key = {{1}};
    const struct signature signature = {{1}};
    assert_int_equal(crypto_verify(&key, BYTES_TEXT("c"), BYTES_OF(message), &signature), ERR_BAD_SIGNATURE);
}

/* RFC 7748 §5.2 */
static void key_agreement_is_x25519(void **state)
{
    (void)state;
    struct dh_secret secret;
    struct dh_public peer;
    uint8_t shared[32];
    unhex_to("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", secret.bytes, 32);
    unhex_to("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c", peer.bytes, 32);
    assert_int_equal(crypto_dh(&secret, &peer, shared), OK);
    check_hex(BYTES_OF(shared), "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
}

/* The vector of libsodium's own test of the conversion. */
static void a_signing_key_has_a_box_key(void **state)
{
    uint8_t seed[32];
    const struct sign_public no_key = {{2}};
    struct sign_public public;
    struct sign_secret secret;
    struct dh_public box, again;
    struct dh_secret box_secret, same;
    (void)state;
    unhex_to("421151a459faeade3d247115f94aedae42318124095afabe4d1451a559faedee", seed, 32);
    crypto_sign_keypair_from(seed, &public, &secret);
    assert_int_equal(crypto_dh_public_of(&public, &box), OK);
    crypto_dh_secret_of(&secret, &box_secret);
    check_hex(BYTES_OF(box.bytes), "f1814f0e8ff1043d8a44d25babff3cedcae6c22c3edaa48f857ae70de2baae50");
    check_hex(BYTES_OF(box_secret.bytes), "8052030376d47112be7f73ed7a019293dd12ad910b654455798b4667d73de166");
    crypto_dh_keypair_from(box_secret.bytes, &again, &same);
    assert_memory_equal(&again, &box, sizeof box);
    assert_int_equal(crypto_dh_public_of(&no_key, &box), ERR_CRYPTO);
}

static void a_key_of_small_order_is_refused_and_leaves_the_result_alone(void **state)
{
    (void)state;
    const struct dh_secret secret = {{1}};
    const struct dh_public zero = {{0}};
    uint8_t shared[32] = {9};
    assert_int_equal(crypto_dh(&secret, &zero, shared), ERR_CRYPTO);
    assert_int_equal(shared[0], 9);
}

/* draft-irtf-cfrg-xchacha-03, A.3.1 */
static void sealing_is_xchacha20_poly1305(void **state)
{
    (void)state;
    struct secret_key key;
    uint8_t nonce[24];
    for (size_t i = 0; i < 32; i++)
        key.bytes[i] = (uint8_t)(0x80 + i);
    for (size_t i = 0; i < 24; i++)
        nonce[i] = (uint8_t)(0x40 + i);
    struct buffer ad = {0}, sealed = {0}, opened = {0};
    struct bytes text = BYTES_TEXT("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
                                   "the future, sunscreen would be it.");
    crypto_seal(&key, nonce, unhex("50515253c0c1c2c3c4c5c6c7", &ad), text, &sealed);
    assert_int_equal(sealed.size, text.size + SEALED_OVERHEAD);
    assert_memory_equal(sealed.data, nonce, sizeof nonce);
    check_hex((struct bytes){sealed.data + 24, 16}, "bd6d179d3e83d43b9576579493c0e939");
    check_hex((struct bytes){sealed.data + sealed.size - 16, 16}, "c0875924c1c7987947deafd8780acf49");
    assert_int_equal(crypto_open(&key, buffer_bytes(&ad), buffer_bytes(&sealed), &opened), OK);
    CHECK_BYTES(buffer_bytes(&opened), text);
    buffer_done(&ad);
    buffer_done(&sealed);
    buffer_done(&opened);
}

static void what_was_sealed_opens_only_whole_and_unchanged(void **state)
{
    (void)state;
    const struct secret_key key = {{1}}, other = {{2}};
    const uint8_t nonce[24] = {3};
    struct buffer sealed = {0}, opened = {0};
    crypto_seal(&key, nonce, BYTES_TEXT("ad"), BYTES_TEXT("secret"), &sealed);
    for (size_t size = 0; size < sealed.size; size++)
        assert_int_equal(crypto_open(&key, BYTES_TEXT("ad"), (struct bytes){sealed.data, size}, &opened), ERR_CRYPTO);
    for (size_t i = 0; i < sealed.size; i++) {
        sealed.data[i] ^= 0x10;
        assert_int_equal(crypto_open(&key, BYTES_TEXT("ad"), buffer_bytes(&sealed), &opened), ERR_CRYPTO);
        sealed.data[i] ^= 0x10;
    }
    assert_int_equal(crypto_open(&other, BYTES_TEXT("ad"), buffer_bytes(&sealed), &opened), ERR_CRYPTO);
    assert_int_equal(crypto_open(&key, BYTES_TEXT("da"), buffer_bytes(&sealed), &opened), ERR_CRYPTO);
    assert_int_equal(opened.size, 0);
    assert_int_equal(crypto_open(&key, BYTES_TEXT("ad"), buffer_bytes(&sealed), &opened), OK);
    CHECK_BYTES(buffer_bytes(&opened), BYTES_TEXT("secret"));
    buffer_done(&sealed);
    buffer_done(&opened);
}

static void a_counted_seal_opens_in_place_under_its_own_number(void **state)
{
    (void)state;
    const struct secret_key key = {{1}};
    uint8_t text[4 + AEAD_TAG_SIZE] = "text";
    crypto_aead_seal(&key, 7, BYTES_TEXT("ad"), (struct bytes){text, 4}, text);
    uint8_t out[4];
    assert_int_equal(crypto_aead_open(&key, 8, BYTES_TEXT("ad"), BYTES_OF(text), out), ERR_CRYPTO);
    assert_int_equal(crypto_aead_open(&key, 7, BYTES_TEXT("ad"), (struct bytes){text, 15}, out), ERR_CRYPTO);
    assert_int_equal(crypto_aead_open(&key, 7, BYTES_TEXT("ad"), BYTES_OF(text), text), OK);
    assert_memory_equal(text, "text", 4);
}

static void a_boxed_key_opens_for_its_recipient_only(void **state)
{
    (void)state;
    const uint8_t ephemeral_seed[32] = {0, 1}, bob_seed[32] = {0, 2},
                  eve_seed[32] = {0, 3}; /* X25519 drops 3 low bits */
    struct dh_public ephemeral, bob, eve;
    struct dh_secret ephemeral_secret, bob_secret, eve_secret;
    crypto_dh_keypair_from(ephemeral_seed, &ephemeral, &ephemeral_secret);
    crypto_dh_keypair_from(bob_seed, &bob, &bob_secret);
    crypto_dh_keypair_from(eve_seed, &eve, &eve_secret);

    const struct secret_key key = {{42}};
    struct secret_key opened = {{0}};
    uint8_t box[BOX_KEY_SIZE];
    assert_int_equal(crypto_box_key(&ephemeral_secret, &ephemeral, &bob, &key, box), OK);
    assert_int_equal(crypto_unbox_key(&eve_secret, &eve, &ephemeral, box, &opened), ERR_CRYPTO);
    for (size_t i = 0; i < sizeof box; i++) {
        box[i] ^= 1;
        assert_int_equal(crypto_unbox_key(&bob_secret, &bob, &ephemeral, box, &opened), ERR_CRYPTO);
        box[i] ^= 1;
    }
    assert_true(crypto_is_zero(opened.bytes, sizeof opened.bytes));
    assert_int_equal(crypto_unbox_key(&bob_secret, &bob, &ephemeral, box, &opened), OK);
    assert_memory_equal(opened.bytes, key.bytes, sizeof key.bytes);
}

static void a_box_for_a_key_of_small_order_is_refused(void **state)
{
    (void)state;
    const struct dh_secret ephemeral_secret = {{1}};
    const struct dh_public ephemeral = {{1}}, zero = {{0}};
    const struct secret_key key = {{42}};
    uint8_t box[BOX_KEY_SIZE];
    assert_int_equal(crypto_box_key(&ephemeral_secret, &ephemeral, &zero, &key, box), ERR_CRYPTO);
}

static void a_password_and_its_salt_both_make_the_key(void **state)
{
    (void)state;
    struct secret_key key, again, other_salt, other_password;
    assert_int_equal(crypto_password_key(BYTES_TEXT("able-acid"), BYTES_TEXT("salt"), &key), OK);
    assert_int_equal(crypto_password_key(BYTES_TEXT("able-acid"), BYTES_TEXT("salt"), &again), OK);
    assert_int_equal(crypto_password_key(BYTES_TEXT("able-acid"), BYTES_TEXT("salty"), &other_salt), OK);
    assert_int_equal(crypto_password_key((struct bytes){0}, BYTES_TEXT("salt"), &other_password), OK);
    assert_true(crypto_equal(&key, &again, sizeof key));
    assert_false(crypto_equal(&key, &other_salt, sizeof key));
    assert_false(crypto_equal(&key, &other_password, sizeof key));
}

static void wiping_leaves_zeros(void **state)
{
    (void)state;
    uint8_t secret[16] = "secret";
    assert_false(crypto_is_zero(secret, sizeof secret));
    crypto_wipe(secret, sizeof secret);
    assert_true(crypto_is_zero(secret, sizeof secret));
}

static void the_same_seeds_give_the_same_stream(void **state)
{
    (void)state;
    const uint8_t seed[32] = {5}, other_seed[32] = {6};
    struct random a = {0}, b = {0}, c = {0};
    random_stir(&a, seed);
    random_stir(&b, seed);
    random_stir(&c, other_seed);
    for (int i = 0; i < 3; i++) {
        uint8_t from_a[40], from_b[40], from_c[40];
        random_bytes(&a, from_a, sizeof from_a);
        random_bytes(&b, from_b, sizeof from_b);
        random_bytes(&c, from_c, sizeof from_c);
        assert_memory_equal(from_a, from_b, sizeof from_a);
        assert_memory_not_equal(from_a, from_c, sizeof from_a);
        random_bytes(&b, from_b, 0);
        random_bytes(&a, from_a, 0);
    }
}

static void stirring_keeps_what_was_there(void **state)
{
    (void)state;
    const uint8_t first[32] = {1}, second[32] = {2};
    struct random both = {0}, last = {0};
    random_stir(&both, first);
    random_stir(&both, second);
    random_stir(&last, second);
    assert_memory_not_equal(both.key.bytes, last.key.bytes, sizeof both.key.bytes);

    uint8_t before[32], after[32];
    random_bytes(&both, before, sizeof before);
    random_bytes(&both, after, sizeof after);
    assert_memory_not_equal(before, after, sizeof before);
}

static void numbers_below_a_bound_reach_all_of_them_evenly(void **state)
{
    (void)state;
    const uint8_t seed[32] = {7};
    struct random random = {0};
    unsigned seen[7] = {0};
    random_stir(&random, seed);
    for (int i = 0; i < 7000; i++)
        seen[random_below(&random, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_in_range(seen[i], 850, 1150);
    assert_int_equal(random_below(&random, 1), 0);
    for (int i = 0; i < 100; i++)
        assert_true(random_below(&random, UINT64_MAX / 2 + 2) < UINT64_MAX / 2 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_blake2b),
        cmocka_unit_test(the_long_hash_is_the_one_of_the_rfc),
        cmocka_unit_test(parts_hash_like_the_whole),
        cmocka_unit_test(hmac_takes_short_and_long_keys),
        cmocka_unit_test(signatures_are_ed25519),
        cmocka_unit_test(a_signature_holds_for_its_context_message_and_key_only),
        cmocka_unit_test(a_message_too_long_to_sign_does_not_verify),
        cmocka_unit_test(key_agreement_is_x25519),
        cmocka_unit_test(a_signing_key_has_a_box_key),
        cmocka_unit_test(a_key_of_small_order_is_refused_and_leaves_the_result_alone),
        cmocka_unit_test(sealing_is_xchacha20_poly1305),
        cmocka_unit_test(what_was_sealed_opens_only_whole_and_unchanged),
        cmocka_unit_test(a_counted_seal_opens_in_place_under_its_own_number),
        cmocka_unit_test(a_boxed_key_opens_for_its_recipient_only),
        cmocka_unit_test(a_box_for_a_key_of_small_order_is_refused),
        cmocka_unit_test(a_password_and_its_salt_both_make_the_key),
        cmocka_unit_test(wiping_leaves_zeros),
        cmocka_unit_test(the_same_seeds_give_the_same_stream),
        cmocka_unit_test(stirring_keeps_what_was_there),
        cmocka_unit_test(numbers_below_a_bound_reach_all_of_them_evenly),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
