/* SPDX-License-Identifier: MIT
 * Notes and invitees: read as written, always of one size, and in no other length. */
#include "check.h"

#include "core/entry/payload_note.h"

static const struct sign_public admins[2] = {{{1, 2}}, {{3, 4}}};

static struct note invitation(void)
{
    return (struct note){.kind = NOTE_INVITATION,
                         .group = {{5}},
                         .root = {{6}},
                         .genesis = BYTES_TEXT("as its founder wrote it"),
                         .instance = 7,
                         .is_private = true,
                         .admins = {admins[0].bytes, sizeof admins},
                         .name = BYTES_TEXT("Vorstand")};
}

static struct note consent(void)
{
    return (struct note){.kind = NOTE_CONSENT,
                         .group = {{5}},
                         .member = {.person = {{8}}, .instance = 9, .box = {{10}}, .consent = {{11}}}};
}

/* The copy is on the heap at its own size, so that a sanitizer sees who reads behind it. */
static enum error decode_copy(struct bytes bytes, struct note *ret)
{
    struct buffer copy = {0};
    buffer_append(&copy, bytes);
    enum error err = note_decode(buffer_bytes(&copy), ret);
    buffer_done(&copy);
    return err;
}

static void assert_only_whole(const struct note *note)
{
    struct buffer payload = {0};
    struct note back;
    note_encode(note, &payload);
    assert_int_equal(payload.size, NOTE_SIZE);
    for (size_t size = 0; size < payload.size; size++)
        assert_int_equal(decode_copy((struct bytes){payload.data, size}, &back), ERR_MALFORMED);
    assert_int_equal(decode_copy(buffer_bytes(&payload), &back), OK);
    payload.data[NOTE_SIZE - 1] = 1; /* only zeros behind it */
    assert_int_equal(decode_copy(buffer_bytes(&payload), &back), ERR_MALFORMED);
    buffer_done(&payload);
}

static void a_note_is_read_as_written_and_only_whole(void **state)
{
    struct note note = invitation(), other = consent(), refusal = {.kind = NOTE_DECLINE, .group = {{5}}},
                parting = {.kind = NOTE_PARTING, .group = {{6}}, .instance = 2, .removal = {{8}}},
                leave = {.kind = NOTE_LEAVE, .group = {{7}}, .instance = 3}, back;
    struct buffer payload = {0};
    (void)state;
    assert_only_whole(&note);
    assert_only_whole(&other);
    assert_only_whole(&refusal);
    assert_only_whole(&parting);
    assert_only_whole(&leave);
    note_encode(&note, &payload);
    assert_int_equal(note_decode(buffer_bytes(&payload), &back), OK);
    assert_memory_equal(&back.root, &note.root, sizeof note.root);
    assert_true(bytes_equal(back.genesis, note.genesis));
    assert_int_equal(back.instance, 7);
    assert_true(back.is_private);
    assert_true(bytes_equal(back.admins, note.admins));
    assert_true(bytes_equal(back.name, note.name));
    payload.size = 0;
    note_encode(&other, &payload);
    assert_int_equal(note_decode(buffer_bytes(&payload), &back), OK);
    assert_memory_equal(&back.member.consent, &other.member.consent, sizeof back.member.consent);
    assert_int_equal(back.member.instance, 9);
    payload.size = 0;
    note_encode(&parting, &payload);
    assert_int_equal(note_decode(buffer_bytes(&payload), &back), OK);
    assert_int_equal(back.instance, 2);
    assert_memory_equal(&back.group, &parting.group, sizeof back.group);
    assert_memory_equal(&back.removal, &parting.removal, sizeof back.removal);
    payload.size = 0;
    note_encode(&leave, &payload);
    assert_int_equal(note_decode(buffer_bytes(&payload), &back), OK);
    assert_int_equal(back.kind, NOTE_LEAVE);
    assert_int_equal(back.instance, 3);
    buffer_done(&payload);
}

static struct note charter(void)
{
    return (struct note){.kind = NOTE_CHARTER,
                         .group = {{5}},
                         .root = {{6}},
                         .genesis = BYTES_TEXT("as its founder wrote it"),
                         .is_ruled = true,
                         .name = BYTES_TEXT("Vertrieb")};
}

static void a_charter_is_read_as_written_and_only_whole(void **state)
{
    struct note note = charter(), back;
    struct buffer payload = {0};
    (void)state;
    assert_only_whole(&note);
    note_encode(&note, &payload);
    assert_int_equal(note_decode(buffer_bytes(&payload), &back), OK);
    assert_memory_equal(&back.group, &note.group, sizeof back.group);
    assert_memory_equal(&back.root, &note.root, sizeof back.root);
    assert_true(bytes_equal(back.genesis, note.genesis) && bytes_equal(back.name, note.name) && back.is_ruled);
    buffer_done(&payload);
}

/* The longest that a group may be called does not make it longer. */
static void the_longest_charter_fits(void **state)
{
    uint8_t genesis[NOTE_GENESIS_MAX] = {1};
    char name[65];
    struct note note = charter();
    (void)state;
    memset(name, 'n', 64);
    name[64] = '\0';
    note.genesis = BYTES_OF(genesis);
    note.name = BYTES_TEXT(name);
    assert_only_whole(&note);
}

static void a_visit_is_the_roots_word_for_one_device(void **state)
{
    const uint8_t seed[32] = {9};
    const struct hash workspace = {{1}}, other = {{2}};
    const struct sign_public device = {{3}}, stranger = {{4}};
    struct note note = {.kind = NOTE_VISIT, .group = {{5}}}, back;
    struct sign_secret secret;
    struct buffer payload = {0};
    (void)state;
    crypto_sign_keypair_from(seed, &note.root, &secret);
    visit_sign(&workspace, &note.group, &device, &secret, &note.word);
    assert_only_whole(&note);
    note_encode(&note, &payload);
    assert_int_equal(note_decode(buffer_bytes(&payload), &back), OK);
    assert_int_equal(visit_verify(&workspace, &back, &device), OK);
    assert_int_equal(visit_verify(&workspace, &back, &stranger), ERR_BAD_SIGNATURE);
    assert_int_equal(visit_verify(&other, &back, &device), ERR_BAD_SIGNATURE);
    back.group.bytes[0]++;
    assert_int_equal(visit_verify(&workspace, &back, &device), ERR_BAD_SIGNATURE);
    buffer_done(&payload);
}

static void assert_malformed(const struct note *note)
{
    struct buffer payload = {0};
    struct note back;
    note_encode(note, &payload);
    assert_int_equal(note_decode(buffer_bytes(&payload), &back), ERR_MALFORMED);
    buffer_done(&payload);
}

static void an_invitation_names_whom_to_answer_to(void **state)
{
    struct note note = invitation();
    (void)state;
    note.admins.size = 0;
    assert_malformed(&note);
    note.admins.size = sizeof admins - 1;
    assert_malformed(&note);
    note = invitation();
    note.instance = 0;
    assert_malformed(&note);
    note = consent();
    note.member.instance = 0;
    assert_malformed(&note);
}

static void a_kind_of_a_later_version_is_told_as_such(void **state)
{
    struct note note = {.kind = 99, .group = {{5}}}, back;
    struct buffer payload = {0};
    (void)state;
    note_encode(&note, &payload);
    payload.data[NOTE_SIZE - 1] = 1;
    assert_int_equal(note_decode(buffer_bytes(&payload), &back), OK);
    assert_int_equal(back.kind, 99);
    buffer_done(&payload);
}

static void an_invitee_is_read_as_written(void **state)
{
    const struct invitee_content invitee = {{{1}}, {{2}}, INVITEE_DECLINED, 3};
    struct invitee_content back;
    struct buffer payload = {0};
    (void)state;
    invitee_encode(&invitee, &payload);
    for (size_t size = 0; size < payload.size; size++)
        assert_int_equal(invitee_decode((struct bytes){payload.data, size}, &back), ERR_MALFORMED);
    assert_int_equal(invitee_decode(buffer_bytes(&payload), &back), OK);
    assert_memory_equal(&back, &invitee, sizeof back);
    buffer_done(&payload);
}

static void a_letter_is_read_as_written_and_only_whole(void **state)
{
    static const uint8_t sealed[NOTE_SIZE + SEALED_OVERHEAD] = {7};
    const struct letter letter = {.to = 0x0102030405060708,
                                  .note = {.ephemeral = {{1}}, .box = {2}, .sealed = BYTES_OF(sealed)}};
    struct letter back;
    struct buffer payload = {0};
    (void)state;
    letter_encode(&letter, &payload);
    for (size_t size = 0; size < payload.size; size++)
        assert_int_equal(letter_decode((struct bytes){payload.data, size}, &back), ERR_MALFORMED);
    assert_int_equal(letter_decode(buffer_bytes(&payload), &back), OK);
    assert_int_equal(back.to, letter.to);
    assert_memory_equal(&back.note.ephemeral, &letter.note.ephemeral, sizeof back.note.ephemeral);
    assert_memory_equal(back.note.box, letter.note.box, sizeof back.note.box);
    assert_true(bytes_equal(back.note.sealed, letter.note.sealed));
    buffer_append_byte(&payload, 0);
    assert_int_equal(letter_decode(buffer_bytes(&payload), &back), ERR_MALFORMED);
    buffer_done(&payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_read_as_written_and_only_whole),
        cmocka_unit_test(a_charter_is_read_as_written_and_only_whole),
        cmocka_unit_test(the_longest_charter_fits),
        cmocka_unit_test(a_visit_is_the_roots_word_for_one_device),
        cmocka_unit_test(an_invitation_names_whom_to_answer_to),
        cmocka_unit_test(a_kind_of_a_later_version_is_told_as_such),
        cmocka_unit_test(a_letter_is_read_as_written_and_only_whole),
        cmocka_unit_test(an_invitee_is_read_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
