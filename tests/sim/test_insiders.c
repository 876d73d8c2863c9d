/* SPDX-License-Identifier: MIT
 * A member whose signatures and keys are right, and whose contents are not: all of it is refused or bounded, and nobody
 * else is kept from anything. */
#include "insider.h"

#include "core/direct.h"
#include "core/groups.h"

#define ANSWER_MS 10000
#define LARGEST 60000 /* content that still fits into an entry */
#define BATCH 250     /* entries */

/* ---------------------------------------------------------------- what people see and do */

static struct node *node_of(const struct insider *insider, const char *name)
{
    return world_host(&insider->world, name)->node;
}

static uint32_t number_of(const struct insider *insider, const char *name, const char *group)
{
    uint32_t number = 0;
    return node_find_group(node_of(insider, name), BYTES_TEXT(group), &number) == OK ? number : 0;
}

static struct node_group group_of(const struct insider *insider, const char *name, const char *called)
{
    struct node_group group;
    uint32_t number = number_of(insider, name, called);
    for (size_t i = 0; node_group_at(node_of(insider, name), i, &group); i++)
        if (group.number == number)
            return group;
    fail_msg("%s has no group %s", name, called);
    return group;
}

static size_t invitations(const struct insider *insider, const char *name)
{
    struct node_invitation invitation;
    size_t count = 0;
    while (node_invitation_at(node_of(insider, name), count, &invitation))
        count++;
    return count;
}

static size_t members(const struct insider *insider, const char *name, const char *group)
{
    struct node_person person;
    size_t count = 0;
    uint32_t number = number_of(insider, name, group);
    while (number && node_person_at(node_of(insider, name), number, count, &person))
        count++;
    return count;
}

static size_t invitees(const struct insider *insider, const char *name, const char *group)
{
    struct node_invitee invitee;
    size_t count = 0;
    while (node_invitee_at(node_of(insider, name), number_of(insider, name, group), count, &invitee))
        count++;
    return count;
}

static enum error invite(struct insider *insider, enum command_type type, const char *group, const char *guest)
{
    struct command command = {.type = type, .name = BYTES_TEXT(group)};
    struct asked asked;
    command.group.number = number_of(insider, "alice", group);
    command.group.persons[0] = insider_colleague(insider, guest)->person;
    command.group.person_count = 1;
    return world_command(&insider->world, "alice", &command, ANSWER_MS, &asked);
}

static enum error answer(struct insider *insider, const char *name, enum command_type type, const struct hash *group)
{
    struct command command = {.type = type, .group = {.id = *group}};
    struct asked asked;
    return world_command(&insider->world, name, &command, ANSWER_MS, &asked);
}

static void tell_of(struct insider *insider, const struct hash *group)
{
    struct wire_message have = {.type = WIRE_HAVE, .have = {.group = *group, .kind = KIND_GOVERNANCE}};
    stranger_say(&insider->mallory, &have);
    world_run(&insider->world, 50);
}

static void send_batch(struct insider *insider, const struct chat *chat, struct buffer *items)
{
    insider_send(insider, chat, buffer_bytes(items), ENTRIES_FLAG_LAST);
    items->size = 0;
}

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
    for (size_t i = 0; node_person_at(node_of(insider, "bob"), 1, i, &seen); i++)
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
    assert_int_equal(number_of(&insider, "bob", "Taken"), 0);
    assert_int_equal(group_of(&insider, "bob", "Den").folder.size, 0);
    say_title(&insider, &insider.den, "The\x1b[2J\nDen", "//Projects/ \x07New /");
    assert_true(bytes_equal(group_of(&insider, "bob", "The[2J Den").folder, BYTES_TEXT("Projects/New")));
    say_title(&insider, &insider.office, "Mine", "");
    say_title(&insider, &insider.board, "Mine", "");
    assert_int_equal(number_of(&insider, "bob", "Mine"), 0);
    assert_int_equal(number_of(&insider, "alice", "Mine"), 0);
    assert_false(stranger_was_left(&insider.mallory));
    insider_end(&insider);
}

/* ---------------------------------------------------------------- invitations */

/* Whoever accepted would sign for something else; zeros: that he founded a group. */
static void an_invitation_into_what_nobody_founded_so_is_none(void **state)
{
    struct insider insider;
    struct hash ids[4] = {{{0}}};
    (void)state;
    insider_begin(&insider, 3);
    const struct person_id people[] = {insider_colleague(&insider, "alice")->person,
                                       insider_colleague(&insider, "bob")->person};
    size_t groups = node_of(&insider, "bob")->group_count;
    ids[1] = insider.office.id;
    direct_id(&insider.office.id, people, &ids[2]);
    ids[3] = insider.den.id;
    ids[3].bytes[0] ^= 1;
    insider_meet(&insider, "bob");
    for (size_t i = 0; i < 4; i++) {
        struct note note = insider_invitation(&insider, &insider.den, "Come in");
        note.group = ids[i];
        if (i == 1) { /* it is founded so; but he is in it */
            note.root = insider.office.root;
            note.genesis = buffer_bytes(&insider.office.genesis);
        }
        insider_note(&insider, "bob", &note);
        tell_of(&insider, &ids[i]);
        assert_int_equal(invitations(&insider, "bob"), 0);
        CHECK_ERROR(answer(&insider, "bob", COMMAND_GROUP_ACCEPT, &ids[i]), ERR_NOT_FOUND);
    }
    assert_int_equal(node_of(&insider, "bob")->group_count, groups);
    CHECK_OK(world_say_to(&insider.world, "bob", "@alice", "between us"));
    world_settle(&insider.world);
    assert_string_equal(world_texts_in(&insider.world, "alice", "@bob"), "bob: between us\n");
    insider_end(&insider);
}

/* She is in it, and no admin of it. */
static void an_invitation_into_anothers_group_keeps_nobody_out(void **state)
{
    struct insider insider;
    (void)state;
    insider_begin(&insider, 4);
    struct note note = insider_invitation(&insider, &insider.board, "Board");
    insider_meet(&insider, "bob");
    note.root = insider.den.root;
    insider_note(&insider, "bob", &note);
    assert_int_equal(invitations(&insider, "bob"), 0);
    note.root = insider.board.root;
    insider_note(&insider, "bob", &note);
    assert_int_equal(invitations(&insider, "bob"), 1);
    CHECK_OK(answer(&insider, "bob", COMMAND_GROUP_ACCEPT, &insider.board.id));
    world_run(&insider.world, 5000);
    assert_int_equal(members(&insider, "alice", "Board"), 2);
    CHECK_OK(invite(&insider, COMMAND_GROUP_ADD, "Board", "bob"));
    world_run(&insider.world, 5000);
    assert_int_equal(members(&insider, "alice", "Board"), 3);
    assert_int_equal(members(&insider, "bob", "Board"), 3);
    insider_end(&insider);
}

static void say_invitee(struct insider *insider, const struct chat *chat, const struct sign_public *device)
{
    struct invitee_content invitee = {*device, insider->person, INVITEE_INVITED};
    struct buffer plain = {0};
    invitee_encode(&invitee, &plain);
    insider_say(insider, chat, ENTRY_INVITEE, buffer_bytes(&plain));
    buffer_done(&plain);
}

static void who_is_no_admin_invites_nobody(void **state)
{
    struct insider insider;
    (void)state;
    insider_begin(&insider, 5);
    insider_meet(&insider, "alice");
    struct note note = insider_invitation(&insider, &insider.board, "Board");
    say_invitee(&insider, &insider.board, &insider_colleague(&insider, "bob")->device);
    assert_int_equal(invitees(&insider, "alice", "Board"), 0);
    note.admins = BYTES_OF(insider_colleague(&insider, "alice")->device.bytes);
    insider_note(&insider, "bob", &note);
    CHECK_OK(answer(&insider, "bob", COMMAND_GROUP_ACCEPT, &insider.board.id));
    world_run(&insider.world, 60000);
    assert_int_equal(members(&insider, "alice", "Board"), 2); /* his consent alone does not do */
    insider_end(&insider);
}

static void as_many_are_invited_as_may_be_and_no_more(void **state)
{
    struct insider insider;
    struct buffer items = {0};
    (void)state;
    insider_begin(&insider, 6);
    insider_meet(&insider, "bob");
    for (uint16_t i = 0; i < 1500; i++) {
        struct invitee_content invitee = {{{0x40, (uint8_t)(i >> 8), (uint8_t)i}}, insider.person, INVITEE_INVITED};
        struct buffer plain = {0};
        invitee_encode(&invitee, &plain);
        insider_write(&insider, &insider.den, ENTRY_INVITEE, buffer_bytes(&plain), &items);
        if ((i + 1) % BATCH == 0)
            send_batch(&insider, &insider.den, &items);
        buffer_done(&plain);
    }
    world_run(&insider.world, 5000);
    assert_false(stranger_was_left(&insider.mallory));
    assert_int_equal(invitees(&insider, "bob", "Den"), 1023); /* and Bob himself, who is in */
    buffer_done(&items);
    insider_end(&insider);
}

/* ---------------------------------------------------------------- consents */

static struct note her_consent(const struct insider *insider, const struct hash *group)
{
    const struct member *me = NULL;
    const struct roster *office = &node_of(insider, "alice")->workspace->roster;
    for (size_t i = 0; i < office->count; i++)
        if (same_key(&office->members[i].device, &insider->mallory.device))
            me = &office->members[i];
    assert_non_null(me);
    struct note note = {.kind = NOTE_CONSENT, .group = *group};
    note.member = (struct membership){.device = me->device, .person = me->person, .instance = 1, .box = me->box};
    return note;
}

static void send_consent(struct insider *insider, struct note *note)
{
    membership_sign(&note->group, &note->member, &insider->mallory.secret);
    insider_note(insider, "alice", note);
    world_run(&insider->world, 3000);
}

static void invite_her(struct insider *insider)
{
    struct command command = {.type = COMMAND_GROUP_CREATE, .name = BYTES_TEXT("Plans")};
    struct asked asked;
    command.group.persons[0] = insider->person;
    command.group.person_count = 1;
    CHECK_OK(world_command(&insider->world, "alice", &command, ANSWER_MS, &asked));
    insider_meet(insider, "alice");
}

static void a_consent_with_a_foreign_key_or_person_admits_nobody(void **state)
{
    struct insider insider;
    (void)state;
    insider_begin(&insider, 7);
    invite_her(&insider);
    struct hash plans = group_of(&insider, "alice", "Plans").id;
    struct note note = her_consent(&insider, &plans);
    note.member.box = insider_colleague(&insider, "bob")->box;
    send_consent(&insider, &note);
    note = her_consent(&insider, &plans);
    note.member.person = insider_colleague(&insider, "bob")->person;
    send_consent(&insider, &note);
    note = her_consent(&insider, &insider.den.id);
    membership_sign(&note.group, &note.member, &insider.mallory.secret);
    note.group = plans; /* what she consented to was the other one */
    insider_note(&insider, "alice", &note);
    world_run(&insider.world, 3000);
    assert_int_equal(members(&insider, "alice", "Plans"), 1);
    note = her_consent(&insider, &plans);
    send_consent(&insider, &note);
    assert_int_equal(members(&insider, "alice", "Plans"), 2);
    insider_end(&insider);
}

/* ---------------------------------------------------------------- too many */

/* Of her own, with nothing in it. */
static void found_another(struct insider *insider, uint16_t number, struct chat *ret)
{
    struct genesis genesis;
    CHECK_OK(genesis_decode(buffer_bytes(&insider->den.genesis), &genesis));
    put_u16(genesis.nonce, number);
    *ret = (struct chat){.root = insider->den.root};
    genesis_encode(&genesis, &ret->genesis);
    genesis_group_id(&ret->root, buffer_bytes(&ret->genesis), &ret->id);
}

static void invite_into_another(struct insider *insider, uint16_t number)
{
    struct chat chat;
    found_another(insider, number, &chat);
    struct note note = insider_invitation(insider, &chat, "Another");
    insider_note(insider, "bob", &note);
    tell_of(insider, &chat.id);
    if (number % 2)
        (void)answer(insider, "bob", COMMAND_GROUP_DECLINE, &chat.id);
    buffer_done(&chat.genesis);
}

static void one_who_invites_without_end_leaves_room_for_others(void **state)
{
    struct insider insider;
    (void)state;
    insider_begin(&insider, 8);
    size_t before = node_of(&insider, "bob")->group_count;
    insider_meet(&insider, "bob");
    for (uint16_t i = 0; i < 600; i++)
        invite_into_another(&insider, i);
    assert_in_range(node_of(&insider, "bob")->invitation_count, 60, 70);
    assert_in_range(node_of(&insider, "bob")->group_count, before, before + 64);
    CHECK_OK(invite(&insider, COMMAND_GROUP_CREATE, "Plans", "bob"));
    world_run(&insider.world, 5000);
    assert_int_equal(members(&insider, "bob", "Plans"), 2);
    insider_end(&insider);
}

static void write_for_nobody(struct insider *insider, const struct chat *chat, enum entry_type type, int count)
{
    struct buffer items = {0};
    for (int i = 0; i < count; i++) {
        insider_write(insider, chat, type, BYTES_TEXT("for nobody"), &items);
        if ((i + 1) % BATCH == 0 || i + 1 == count)
            send_batch(insider, chat, &items);
    }
    buffer_done(&items);
}

/* Under a key that never comes, as many as are kept until it does; then more notes at once than are tried in a step. */
static void what_nobody_can_open_hides_no_note(void **state)
{
    struct insider insider;
    struct buffer items = {0}, content = {0};
    struct chat chat;
    (void)state;
    insider_begin(&insider, 9);
    struct chat keyless = insider.office;
    keyless.epoch.bytes[0] ^= 1;
    found_another(&insider, 1, &chat);
    struct note note = insider_invitation(&insider, &chat, "Another");
    insider_seal_note(&insider, "bob", &note, &content);
    insider_meet(&insider, "bob");
    write_for_nobody(&insider, &keyless, ENTRY_PROFILE, 20 * BATCH);
    world_run(&insider.world, 3000);
    assert_int_equal(node_of(&insider, "bob")->workspace->unread_count, 4096);
    for (int i = 0; i < BATCH - 1; i++)
        insider_write(&insider, &insider.office, ENTRY_NOTE, BYTES_TEXT("for nobody"), &items);
    insider_write(&insider, &insider.office, ENTRY_NOTE, buffer_bytes(&content), &items);
    send_batch(&insider, &insider.office, &items);
    world_run(&insider.world, 1000);
    assert_false(stranger_was_left(&insider.mallory));
    assert_int_equal(invitations(&insider, "bob"), 1);
    buffer_done(&chat.genesis);
    buffer_done(&items);
    buffer_done(&content);
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
    struct buffer payload = {0}, items = {0};
    (void)state;
    insider_begin(&insider, 10);
    const struct group *den = groups_by_number(node_of(&insider, "bob"), number_of(&insider, "bob", "Den"));
    insider_meet(&insider, "bob");
    forge_log(&insider.mallory, &insider.den.id, KIND_GOVERNANCE, &log);
    for (uint8_t i = 0; i < 3; i++) {
        struct buffer wire = {0};
        size_t keys = den->key_count;
        payload.size = items.size = 0;
        write_epoch(&insider, epochs[i].others, i + 1, &payload);
        struct forgery forgery = {.type = ENTRY_EPOCH, .payload = buffer_bytes(&payload)};
        forge_entry(&insider.mallory, &log, &forgery, &wire);
        check_written(insider.mallory.host, &insider.mallory.device, buffer_bytes(&wire));
        forge_item(buffer_bytes(&wire), &items);
        forge_send(&insider.mallory, &log, buffer_bytes(&items), ENTRIES_FLAG_LAST | ENTRIES_FLAG_LIVE);
        world_run(&insider.world, 500);
        assert_int_equal(den->key_count, keys + epochs[i].is_taken);
        buffer_done(&wire);
    }
    payload.size = 0;
    write_epoch(&insider, 10000, 9, &payload);
    struct entry entry = {.type = ENTRY_EPOCH, .seq = 1, .payload = buffer_bytes(&payload)};
    CHECK_ERROR(entry_encode(&entry, &insider.mallory.secret, &items, &id), ERR_TOO_BIG);
    assert_false(stranger_was_left(&insider.mallory));
    buffer_done(&payload);
    buffer_done(&items);
    insider_end(&insider);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_seen_whole_or_not_taken),
        cmocka_unit_test(a_title_too_long_and_a_path_that_climbs_change_nothing),
        cmocka_unit_test(an_invitation_into_what_nobody_founded_so_is_none),
        cmocka_unit_test(an_invitation_into_anothers_group_keeps_nobody_out),
        cmocka_unit_test(who_is_no_admin_invites_nobody),
        cmocka_unit_test(as_many_are_invited_as_may_be_and_no_more),
        cmocka_unit_test(a_consent_with_a_foreign_key_or_person_admits_nobody),
        cmocka_unit_test(one_who_invites_without_end_leaves_room_for_others),
        cmocka_unit_test(what_nobody_can_open_hides_no_note),
        cmocka_unit_test(an_epoch_for_too_many_gives_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
