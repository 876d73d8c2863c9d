/* SPDX-License-Identifier: MIT
 * A member who invites, is invited and answers as she should not: nobody is kept from a group that he belongs to, signs
 * for another, or comes in whom no admin invited; and whoever invites without end takes up no more than his share. */
#include "insider.h"

#include "core/members/direct.h"

#define ANSWER_MS 10000
#define BATCH 250 /* entries */

/* ---------------------------------------------------------------- what people see and do */

static size_t invitations(const struct insider *insider, const char *name)
{
    struct node_invitation invitation;
    size_t count = 0;
    while (node_invitation_at(insider_node(insider, name), count, &invitation))
        count++;
    return count;
}

static size_t members(const struct insider *insider, const char *name, const char *group)
{
    struct node_person person;
    size_t count = 0;
    uint32_t number = insider_number(insider, name, group);
    while (number && node_person_at(insider_node(insider, name), number, count, &person))
        count++;
    return count;
}

static size_t invitees(const struct insider *insider, const char *name, const char *group)
{
    struct node_invitee invitee;
    size_t count = 0;
    while (node_invitee_at(insider_node(insider, name), insider_number(insider, name, group), count, &invitee))
        count++;
    return count;
}

static enum error invite(struct insider *insider, enum command_type type, const char *group, const char *guest)
{
    struct command command = {.type = type, .name = BYTES_TEXT(group)};
    struct asked asked;
    command.group.number = insider_number(insider, "alice", group);
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
    size_t groups = insider_node(&insider, "bob")->group_count;
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
    assert_int_equal(insider_node(&insider, "bob")->group_count, groups);
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
    struct invitee_content invitee = {*device, insider->person, INVITEE_INVITED, 1};
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
        struct invitee_content invitee = {{{0x40, (uint8_t)(i >> 8), (uint8_t)i}}, insider.person, INVITEE_INVITED, 1};
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
    const struct roster *office = &insider_node(insider, "alice")->workspace->roster;
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
    struct hash plans = insider_group(&insider, "alice", "Plans").id;
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

/* ---------------------------------------------------------------- additions */

static void add_to_den(struct insider *insider, struct forged_log *log, struct membership *member,
                       const struct sign_secret *secret)
{
    struct add add = {.member = *member};
    struct buffer payload = {0};
    membership_sign(&insider->den.id, &add.member, secret);
    add_encode(&add, &payload);
    insider_decree(insider, log, ENTRY_ADD, buffer_bytes(&payload));
    buffer_done(&payload);
}

/* Her second computer must not speak as Alice, nor Alice be where she has not consented to be. */
static void an_admin_adds_only_whom_the_office_knows_and_who_consented(void **state)
{
    struct insider insider;
    struct forged_log log;
    struct sign_secret secret;
    const uint8_t seed[32] = {77};
    (void)state;
    insider_begin(&insider, 12);
    insider_meet(&insider, "bob");
    forge_log(&insider.mallory, &insider.den.id, KIND_GOVERNANCE, &log);
    const struct member *alice = insider_colleague(&insider, "alice");
    struct membership member = {.person = alice->person, .instance = 1, .role = ROLE_MEMBER, .box = alice->box};
    crypto_sign_keypair_from(seed, &member.device, &secret);
    add_to_den(&insider, &log, &member, &secret);
    assert_int_equal(members(&insider, "bob", "Den"), 2);
    member.device = alice->device;
    add_to_den(&insider, &log, &member, &secret);
    assert_int_equal(members(&insider, "bob", "Den"), 2);
    struct note note = insider_invitation(&insider, &insider.den, "Den");
    insider_note(&insider, "alice", &note);
    CHECK_OK(answer(&insider, "alice", COMMAND_GROUP_ACCEPT, &insider.den.id));
    add_to_den(&insider, &log, &member, &insider_node(&insider, "alice")->identity.secret); /* as her consent has it */
    assert_int_equal(members(&insider, "bob", "Den"), 3);
    assert_false(stranger_was_left(&insider.mallory));
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
    size_t before = insider_node(&insider, "bob")->group_count;
    insider_meet(&insider, "bob");
    for (uint16_t i = 0; i < 600; i++)
        invite_into_another(&insider, i);
    assert_in_range(insider_node(&insider, "bob")->invitation_count, 60, 70);
    assert_in_range(insider_node(&insider, "bob")->group_count, before, before + 64);
    CHECK_OK(invite(&insider, COMMAND_GROUP_CREATE, "Plans", "bob"));
    world_run(&insider.world, 5000);
    assert_int_equal(members(&insider, "bob", "Plans"), 2);
    insider_end(&insider);
}

static void who_is_invited_all_the_time_answers_now_and_then(void **state)
{
    struct insider insider;
    struct chat chat;
    (void)state;
    insider_begin(&insider, 15);
    insider_meet(&insider, "bob");
    found_another(&insider, 1, &chat);
    struct note note = insider_invitation(&insider, &chat, "Another");
    insider_note(&insider, "bob", &note);
    CHECK_OK(answer(&insider, "bob", COMMAND_GROUP_ACCEPT, &chat.id));
    const struct log *his = insider_node(&insider, "bob")->workspace->own[KIND_CONTENT];
    uint64_t before = his->row.head_seq;
    for (int i = 0; i < 40; i++)
        insider_note(&insider, "bob", &note); /* in 20 s */
    world_run(&insider.world, 5000);
    assert_in_range(his->row.head_seq, before + 1, before + 9);
    buffer_done(&chat.genesis);
    insider_end(&insider);
}

/* His groups fill up to half of what a node may have; the rest is asked, and no more than of anybody. */
static void an_admin_who_invites_without_end_leaves_room_for_others(void **state)
{
    struct insider insider;
    struct asked asked;
    struct command command = {.type = COMMAND_GROUP_CREATE, .name = BYTES_TEXT("Plans")};
    (void)state;
    insider_begin_as_admin(&insider, 11);
    insider_meet(&insider, "bob");
    for (uint16_t i = 0; i < 400; i += 2)
        invite_into_another(&insider, i);
    insider_meet(&insider, "bob");
    for (uint16_t i = 400; i < 800; i += 2)
        invite_into_another(&insider, i);
    assert_in_range(insider_node(&insider, "bob")->group_count, 256, 256 + 64);
    assert_int_equal(invitations(&insider, "bob"), 64);
    command.group.persons[0] = insider_colleague(&insider, "bob")->person;
    command.group.person_count = 1;
    CHECK_OK(world_command(&insider.world, "alice", &command, ANSWER_MS, &asked));
    world_run(&insider.world, 3000);
    assert_int_equal(invitations(&insider, "bob"), 65);
    struct hash plans = insider_group(&insider, "alice", "Plans").id;
    CHECK_OK(answer(&insider, "bob", COMMAND_GROUP_ACCEPT, &plans));
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
    assert_int_equal(insider_node(&insider, "bob")->workspace->unread_count, 4096);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_invitation_into_what_nobody_founded_so_is_none),
        cmocka_unit_test(an_invitation_into_anothers_group_keeps_nobody_out),
        cmocka_unit_test(who_is_no_admin_invites_nobody),
        cmocka_unit_test(as_many_are_invited_as_may_be_and_no_more),
        cmocka_unit_test(a_consent_with_a_foreign_key_or_person_admits_nobody),
        cmocka_unit_test(an_admin_adds_only_whom_the_office_knows_and_who_consented),
        cmocka_unit_test(one_who_invites_without_end_leaves_room_for_others),
        cmocka_unit_test(who_is_invited_all_the_time_answers_now_and_then),
        cmocka_unit_test(an_admin_who_invites_without_end_leaves_room_for_others),
        cmocka_unit_test(what_nobody_can_open_hides_no_note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
