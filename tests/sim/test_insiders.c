/* SPDX-License-Identifier: MIT
 * A member whose signatures and keys are right, and whose names, titles, paths and keys for others are not: they are
 * refused or bounded. */
#include "insider.h"

#include "core/base/words.h"
#include "core/members/groups.h"

#define ANSWER_MS 10000
#define LARGEST 60000 /* content that still fits into an entry */

/* ---------------------------------------------------------------- names and titles */

static void say_name(struct insider *insider, const struct person_id *person, struct bytes name)
{
    struct profile profile = {*person, name};
    struct buffer plain = {0};
    profile_encode(&profile, &plain);
    insider_say(insider, &insider->office, ENTRY_PROFILE, buffer_bytes(&plain));
    buffer_done(&plain);
}

static void assert_called(struct insider *insider, const struct person_id *person, const char *name)
{
    struct node_person seen;
    for (size_t i = 0; node_person_at(insider_node(insider, "bob"), 1, i, &seen); i++)
        if (memcmp(&seen.person, person, sizeof *person) == 0)
            assert_true(bytes_equal(seen.name, BYTES_TEXT(name)));
}

static void a_name_is_seen_whole_or_not_taken(void **state)
{
    struct insider insider;
    char much[LARGEST] = {0};
    (void)state;
    insider_begin(&insider, 1);
    insider_meet(&insider, "bob");
    say_name(&insider, &insider.person, BYTES_TEXT("Mal\x1b[2J\x07lory\xe2\x80\xae \xc2\x9b\r\nat once"));
    assert_called(&insider, &insider.person, "Mal[2Jlory at once");
    say_name(&insider, &insider.person, BYTES_TEXT("\x1b\xe2\x80\xae\xe2\x80\x8b"));
    say_name(&insider, &insider.person, BYTES_TEXT(""));
    say_name(&insider, &insider.person, BYTES_TEXT("\xff\xfe"));
    memset(much, 'm', sizeof much - 1);
    say_name(&insider, &insider.person, BYTES_TEXT(much));
    assert_called(&insider, &insider.person, "Mal[2Jlory at once");
    say_name(&insider, &insider_colleague(&insider, "alice")->person, BYTES_TEXT("Nobody"));
    assert_called(&insider, &insider_colleague(&insider, "alice")->person, "alice");
    assert_false(stranger_was_left(&insider.mallory));
    insider_end(&insider);
}

static void find_by_id(struct insider *insider, const struct person_id *person, struct person_id *ret)
{
    struct node_direct direct;
    struct buffer id = {0};
    base32_encode(BYTES_OF(person->bytes), &id);
    CHECK_OK(node_find_direct(insider_node(insider, "bob"), buffer_bytes(&id), &direct));
    *ret = direct.person;
    say_name(insider, &insider->person, buffer_bytes(&id)); /* she calls herself by the id */
    CHECK_OK(node_find_direct(insider_node(insider, "bob"), buffer_bytes(&id), &direct));
    assert_memory_equal(&direct.person, person, sizeof *person);
    buffer_done(&id);
}

static void who_takes_a_colleagues_name_gets_nothing_of_his(void **state)
{
    struct insider insider;
    struct node_direct direct;
    struct person_id found;
    (void)state;
    insider_begin(&insider, 13);
    insider_meet(&insider, "bob");
    const struct person_id *alice = &insider_colleague(&insider, "alice")->person;
    CHECK_OK(world_say_to(&insider.world, "bob", "@alice", "only for her"));
    say_name(&insider, &insider.person, BYTES_TEXT("ALICE"));
    CHECK_ERROR(node_find_direct(insider_node(&insider, "bob"), BYTES_TEXT("alice"), &direct), ERR_NAME_AMBIGUOUS);
    find_by_id(&insider, alice, &found);
    assert_memory_equal(&found, alice, sizeof found);
    CHECK_OK(world_say_to(&insider.world, "bob", "@alice", "only for her again"));
    insider_end(&insider);
}

static void say_title(struct insider *insider, const struct chat *chat, const char *name, const char *folder)
{
    struct title title = {BYTES_TEXT(name), BYTES_TEXT(folder)};
    struct buffer plain = {0};
    title_encode(&title, &plain);
    insider_say(insider, chat, ENTRY_TITLE, buffer_bytes(&plain));
    buffer_done(&plain);
}

static void a_title_too_long_and_a_path_that_climbs_change_nothing(void **state)
{
    static const char *const climbing[] = {"..", "../Board", "Projects/../..", "/./x", "a/ .. /b", "\x1b", "x/\xff"};
    struct insider insider;
    char much[LARGEST] = {0};
    (void)state;
    insider_begin(&insider, 2);
    insider_meet(&insider, "bob");
    memset(much, 'm', sizeof much - 1);
    say_title(&insider, &insider.den, much, "");
    say_title(&insider, &insider.den, "Den", much);
    for (size_t i = 0; i < sizeof climbing / sizeof *climbing; i++)
        say_title(&insider, &insider.den, "Taken", climbing[i]);
    assert_int_equal(insider_number(&insider, "bob", "Taken"), 0);
    assert_int_equal(insider_group(&insider, "bob", "Den").folder.size, 0);
    say_title(&insider, &insider.den, "The\x1b[2J\nDen", "//Projects/ \x07New /");
    assert_true(bytes_equal(insider_group(&insider, "bob", "The[2J Den").folder, BYTES_TEXT("Projects/New")));
    say_title(&insider, &insider.office, "Mine", "");
    say_title(&insider, &insider.board, "Mine", "");
    assert_int_equal(insider_number(&insider, "bob", "Mine"), 0);
    assert_int_equal(insider_number(&insider, "alice", "Mine"), 0);
    assert_false(stranger_was_left(&insider.mallory));
    insider_end(&insider);
}

static void a_group_called_like_another_is_not_taken_for_it(void **state)
{
    struct insider insider;
    struct command command = {.type = COMMAND_GROUP_CREATE, .name = BYTES_TEXT("Plans")};
    struct asked asked;
    uint32_t number;
    (void)state;
    insider_begin(&insider, 14);
    command.group.persons[0] = insider_colleague(&insider, "bob")->person;
    command.group.person_count = 1;
    CHECK_OK(world_command(&insider.world, "alice", &command, ANSWER_MS, &asked));
    world_run(&insider.world, 5000);
    insider_meet(&insider, "bob");
    say_title(&insider, &insider.den, "plans", "");
    CHECK_ERROR(node_find_group(insider_node(&insider, "bob"), BYTES_TEXT("Plans"), &number), ERR_NAME_AMBIGUOUS);
    say_title(&insider, &insider.den, "Office", "");
    assert_int_equal(insider_number(&insider, "bob", "Office"), 1);
    assert_int_not_equal(insider_number(&insider, "bob", "Plans"), 0);
    insider_end(&insider);
}

/* An EPOCH of hers in her group, with so many records before Bob's. */
static void write_epoch(struct insider *insider, size_t others, uint8_t number, struct buffer *out)
{
    const uint8_t seed[32] = {number};
    const struct secret_key key = {{number, 7}};
    struct epoch epoch = {.height = 1u + number};
    struct dh_secret secret;
    struct buffer records = {0};
    crypto_dh_keypair_from(seed, &epoch.ephemeral, &secret);
    epoch_key_id(&insider->den.id, &key, &epoch.id);
    for (size_t i = 0; i < others * BOX_RECORD_SIZE; i++)
        buffer_append_byte(&records, (uint8_t)(i % 251));
    box_record_append(&secret, &epoch.ephemeral, &insider_colleague(insider, "bob")->box, &key, &records);
    epoch.records = buffer_bytes(&records);
    epoch_encode(&epoch, out);
    buffer_done(&records);
}

static void an_epoch_for_too_many_gives_no_key(void **state)
{
    static const struct {
        size_t others;
        bool is_taken;
    } epochs[] = {{1023, true}, {1024, false}, {1060, false}};
    struct insider insider;
    struct forged_log log;
    struct hash id;
    struct buffer payload = {0}, wire = {0};
    (void)state;
    insider_begin(&insider, 10);
    const struct group *den = groups_by_number(insider_node(&insider, "bob"), insider_number(&insider, "bob", "Den"));
    insider_meet(&insider, "bob");
    forge_log(&insider.mallory, &insider.den.id, KIND_GOVERNANCE, &log);
    for (uint8_t i = 0; i < 3; i++) {
        size_t keys = den->key_count;
        payload.size = 0;
        write_epoch(&insider, epochs[i].others, i + 1, &payload);
        insider_decree(&insider, &log, ENTRY_EPOCH, buffer_bytes(&payload));
        assert_int_equal(den->key_count, keys + epochs[i].is_taken);
    }
    payload.size = 0;
    write_epoch(&insider, 10000, 9, &payload);
    struct entry entry = {.type = ENTRY_EPOCH, .seq = 1, .payload = buffer_bytes(&payload)};
    CHECK_ERROR(entry_encode(&entry, &insider.mallory.secret, &wire, &id), ERR_TOO_BIG);
    assert_false(stranger_was_left(&insider.mallory));
    buffer_done(&payload);
    buffer_done(&wire);
    insider_end(&insider);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_seen_whole_or_not_taken),
        cmocka_unit_test(who_takes_a_colleagues_name_gets_nothing_of_his),
        cmocka_unit_test(a_group_called_like_another_is_not_taken_for_it),
        cmocka_unit_test(a_title_too_long_and_a_path_that_climbs_change_nothing),
        cmocka_unit_test(an_epoch_for_too_many_gives_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
