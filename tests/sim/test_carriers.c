/* SPDX-License-Identifier: MIT
 * A computer in a cupboard keeps groups that it cannot read, for people who are never there at the same time. */
#include "chats.h"

static enum error let_carry(struct world *world, const char *by, const char *group, const char *carrier)
{
    struct command command = {.type = COMMAND_GROUP_ADD, .role = ROLE_CARRIER};
    struct asked asked;
    command.group.number = group_of(world, by, group);
    command.group.persons[command.group.person_count++] = person_of(world, by, carrier);
    return world_command(world, by, &command, ANSWER_MS, &asked);
}

/* Alice's office with these people and the box, a carrier. */
static void begin_with_box(struct world *world, uint64_t seed, const char *const *guests)
{
    struct code code;
    begin(world, seed, "alice", guests);
    world_add(world, "box");
    CHECK_OK(world_invite_as(world, "alice", ROLE_CARRIER, &code));
    CHECK_OK(world_join(world, "box", &code));
    world_settle(world);
    CHECK_HOLDS(world);
}

/* The group of that name, as the box knows it: by its id. */
static bool as_carried(const struct world *world, const char *by, const char *name, struct node_group *ret)
{
    struct node_group group;
    struct hash id = {{0}};
    uint32_t number = group_of(world, by, name);
    for (size_t i = 0; node_group_at(world_host(world, by)->node, i, &group); i++)
        if (group.number == number)
            id = group.id;
    for (size_t i = 0; node_group_at(world_host(world, "box")->node, i, ret); i++)
        if (same_hash(&ret->id, &id))
            return true;
    return false;
}

static bool is_carried(const struct world *world, const char *by, const char *name)
{
    struct node_group group;
    return as_carried(world, by, name, &group) && group.is_member && group.role == ROLE_CARRIER;
}

static bool reads(struct world *world, const char *name, const char *text)
{
    return strstr(world_texts_in(world, name, "Board"), text) != NULL;
}

/* `writer` is alone with the box, then `reader` is. */
static void pass_on(struct world *world, const char *writer, const char *reader, const char *text)
{
    world_stop(world, reader);
    world_restart(world, writer);
    world_run(world, 5000);
    CHECK_OK(world_say_to(world, writer, "Board", text));
    world_run(world, 5000);
    world_stop(world, writer);
    world_restart(world, reader);
    world_run(world, 15000);
    assert_true(reads(world, reader, text));
}

/* ---------------------------------------------------------------- what lies on its disk */

struct search {
    struct bytes text;
    size_t places;
    bool found;
};

static bool contains(struct bytes bytes, struct bytes text)
{
    for (size_t at = 0; at + text.size <= bytes.size; at++)
        if (memcmp(bytes.data + at, text.data, text.size) == 0)
            return true;
    return false;
}

static bool search_entry(void *arg, const struct stored_entry *entry)
{
    struct search *search = arg;
    search->places++;
    search->found |= contains(entry->wire, search->text);
    return true;
}

static bool search_row(void *arg, struct bytes key, struct bytes value)
{
    struct search *search = arg;
    search->places++;
    search->found |= contains(key, search->text) || contains(value, search->text);
    return true;
}

/* Whether the disk of a host that is off holds the text, in whatever row. */
static bool lies_on_disk(const struct host *host, const char *text)
{
    struct search search = {.text = BYTES_TEXT(text)};
    struct storage storage = medium_reads(host->disk);
    CHECK_OK(storage.begin(storage.ctx));
    CHECK_OK(storage.each_arrival(storage.ctx, 1, search_entry, &search));
    CHECK_OK(storage.each_local(storage.ctx, BYTES_TEXT(""), search_row, &search));
    storage.end(storage.ctx);
    assert_true(search.places > 20);
    return search.found;
}

/* Even with the keys that it holds: whatever it opens it takes into what it shows. */
static void check_ignorance(const struct world *world)
{
    const struct node *node = world_host(world, "box")->node;
    struct node_group group;
    struct node_person person;
    for (size_t i = 0; node_group_at(node, i, &group); i++) {
        assert_int_equal(group.name.size, 0);
        assert_false(group.has_key);
        for (size_t p = 0; node_person_at(node, group.number, p, &person); p++)
            assert_true(person.self || !person.name.size);
    }
}

/* ---------------------------------------------------------------- stories */

static void two_who_never_meet_have_the_same(void **state)
{
    struct world world;
    (void)state;
    begin_with_box(&world, 1, GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_settle(&world);
    assert_false(is_carried(&world, "alice", "Board"));
    assert_int_equal(add(&world, "alice", "Board", "box"), ERR_CARRIER); /* it could read there */
    CHECK_OK(let_carry(&world, "alice", "Board", "box"));
    world_settle(&world);
    assert_true(is_carried(&world, "alice", "Board"));
    assert_int_equal(members(&world, "bob", "Board"), 3);
    CHECK_OK(world_say_to(&world, "bob", "Board", "all of us are here"));
    world_settle(&world);

    world_stop(&world, "bob");
    pass_on(&world, "alice", "bob", "by way of the box");
    pass_on(&world, "bob", "alice", "and back");
    pass_on(&world, "alice", "bob", "and forth");
    check_ignorance(&world);
    world_restart(&world, "alice");
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* Neither needs to be there when the other answers: what they say to each other goes by the logs. */
static void it_is_asked_by_way_of_others(void **state)
{
    struct world world;
    (void)state;
    begin_with_box(&world, 2, GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_settle(&world);
    world_stop(&world, "box");
    CHECK_OK(let_carry(&world, "alice", "Board", "box"));
    world_run(&world, 3000);
    world_stop(&world, "alice");
    world_restart(&world, "box"); /* carol, who knows nothing of the group, tells it */
    world_run(&world, 5000);
    world_stop(&world, "box");
    world_restart(&world, "alice");
    world_run(&world, 5000);
    assert_int_equal(members(&world, "alice", "Board"), 3);
    world_restart(&world, "box");
    world_settle(&world);
    assert_true(is_carried(&world, "alice", "Board"));
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void nothing_on_its_disk_can_be_read(void **state)
{
    struct world world;
    (void)state;
    begin_with_box(&world, 3, GUESTS("bob"));
    CHECK_OK(create(&world, "alice", "Canary-Board", GUESTS("bob")));
    world_settle(&world);
    CHECK_OK(let_carry(&world, "alice", "Canary-Board", "box"));
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "bob", "Canary-Board", "canary-text"));
    CHECK_OK(world_say(&world, "bob", "canary-text"));
    world_settle(&world);
    check_ignorance(&world);
    CHECK_HOLDS(&world);
    world_stop(&world, "box");
    world_stop(&world, "bob");
    static const char *const canaries[] = {"canary-text", "Canary-Board", "Office", "alice", "bob"};
    for (size_t i = 0; i < sizeof canaries / sizeof *canaries; i++)
        assert_false(lies_on_disk(world_host(&world, "box"), canaries[i]));
    end_story(&world);
}

/* The owner of the box trusts the office's admins, and nobody else. */
static void its_owner_is_asked_for_the_groups_of_others(void **state)
{
    struct world world;
    struct node_invitation invitation;
    (void)state;
    begin_with_box(&world, 4, GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "bob", "Board", GUESTS("carol")));
    world_settle(&world);
    CHECK_OK(answer(&world, "carol", "Board", COMMAND_GROUP_ACCEPT));
    CHECK_OK(let_carry(&world, "bob", "Board", "box"));
    world_settle(&world);
    assert_false(is_carried(&world, "bob", "Board"));
    assert_int_equal(invitations(&world, "box"), 1);
    assert_true(node_invitation_at(world_host(&world, "box")->node, 0, &invitation));
    assert_true(invitation.carries && !invitation.name.size && !invitation.inviter.size);
    assert_int_equal(members(&world, "bob", "Board"), 2);

    CHECK_OK(answer(&world, "box", "", COMMAND_GROUP_DECLINE));
    world_settle(&world);
    world_restart(&world, "box"); /* what was answered once is not read again */
    world_settle(&world);
    assert_true(node_invitation_at(world_host(&world, "box")->node, 0, &invitation) && invitation.declined);
    assert_int_equal(members(&world, "bob", "Board"), 2);
    CHECK_OK(let_carry(&world, "bob", "Board", "box"));
    world_settle(&world);
    assert_int_equal(invitations(&world, "box"), 1);
    CHECK_OK(answer(&world, "box", "", COMMAND_GROUP_ACCEPT));
    world_settle(&world);
    assert_true(is_carried(&world, "bob", "Board"));
    check_ignorance(&world);
    world_stop(&world, "alice");
    world_stop(&world, "carol");
    pass_on(&world, "bob", "carol", "by way of the box");
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void a_removal_travels_by_the_box(void **state)
{
    struct world world;
    (void)state;
    begin_with_box(&world, 5, GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob", "carol")));
    world_settle(&world);
    CHECK_OK(let_carry(&world, "alice", "Board", "box"));
    world_settle(&world);
    world_stop(&world, "bob");
    world_stop(&world, "carol");
    CHECK_OK(remove_from(&world, "alice", "Board", "bob"));
    CHECK_OK(world_say_to(&world, "alice", "Board", "without bob"));
    world_run(&world, 5000);
    world_stop(&world, "alice");

    world_restart(&world, "carol");
    world_run(&world, 15000);
    assert_int_equal(members(&world, "carol", "Board"), 3); /* alice, carol, and the box */
    assert_true(reads(&world, "carol", "without bob"));
    world_stop(&world, "carol");
    world_restart(&world, "bob");
    world_run(&world, 15000);
    assert_int_equal(world_say_to(&world, "bob", "Board", "I am still here"), ERR_LEFT);
    assert_false(reads(&world, "bob", "without bob"));
    world_restart(&world, "alice");
    world_restart(&world, "carol");
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* Who carries, and who no longer does, and again. */
static void it_stops_carrying_and_begins_again(void **state)
{
    struct world world;
    struct node_group group;
    (void)state;
    begin_with_box(&world, 6, GUESTS("bob"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_settle(&world);
    CHECK_OK(let_carry(&world, "alice", "Board", "box"));
    world_settle(&world);
    CHECK_OK(remove_from(&world, "alice", "Board", "box"));
    world_settle(&world);
    assert_true(as_carried(&world, "alice", "Board", &group) && group.has_left);
    CHECK_OK(world_say_to(&world, "alice", "Board", "not for the box"));
    world_settle(&world);
    assert_int_equal(members(&world, "bob", "Board"), 2);

    CHECK_OK(let_carry(&world, "alice", "Board", "box")); /* as another instance */
    world_run(&world, 5000);
    world_settle(&world);
    assert_true(is_carried(&world, "alice", "Board"));
    world_stop(&world, "bob");
    pass_on(&world, "alice", "bob", "carried again");
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void a_carrier_becomes_a_member_and_a_carrier_again(void **state)
{
    struct world world;
    (void)state;
    begin_with_box(&world, 7, GUESTS("bob"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_settle(&world);
    CHECK_OK(let_carry(&world, "alice", "Board", "box"));
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "bob", "Board", "before"));
    assert_int_equal(set_role(&world, "alice", "Board", "box", ROLE_MEMBER), ERR_CARRIER);
    CHECK_OK(set_role(&world, "alice", "Office", "box", ROLE_MEMBER));
    world_settle(&world);
    CHECK_OK(set_role(&world, "alice", "Board", "box", ROLE_MEMBER));
    world_settle(&world);
    assert_true(reads(&world, "box", "before"));
    CHECK_OK(world_say_to(&world, "box", "Board", "now I can read it"));
    world_settle(&world);
    assert_true(reads(&world, "bob", "now I can read it"));

    CHECK_OK(set_role(&world, "alice", "Board", "box", ROLE_CARRIER));
    CHECK_OK(set_role(&world, "alice", "Office", "box", ROLE_CARRIER));
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "bob", "Board", "not for its eyes"));
    world_settle(&world);
    assert_false(reads(&world, "box", "not for its eyes"));
    assert_int_equal(world_say_to(&world, "box", "Board", "may I?"), ERR_NOT_PERMITTED);
    world_stop(&world, "bob");
    pass_on(&world, "alice", "bob", "it carries again");
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* Somebody of the office lets a group lie on a further computer of his, which then is told no name. */
static void a_member_of_the_office_may_carry_a_group(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 8, "alice", GUESTS("bob", "box"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_settle(&world);
    CHECK_OK(let_carry(&world, "alice", "Board", "box"));
    world_settle(&world);
    assert_true(is_carried(&world, "alice", "Board"));
    assert_int_equal(group_of(&world, "box", "Board"), 0);
    world_stop(&world, "bob");
    pass_on(&world, "alice", "bob", "by way of a colleague");
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* ---------------------------------------------------------------- how much it keeps */

static void allow(struct world *world, uint64_t bytes)
{
    const struct command command = {.type = COMMAND_CARRIER_QUOTA, .quota = bytes};
    struct asked asked;
    CHECK_OK(world_command(world, "box", &command, ANSWER_MS, &asked));
}

static struct node_info info_of_box(const struct world *world)
{
    struct node_info info;
    node_info(world_host(world, "box")->node, &info);
    return info;
}

static enum room room_of_box(const struct world *world, const char *by)
{
    struct node_person person;
    for (size_t i = 0; node_person_at(world_host(world, by)->node, 1, i, &person); i++)
        if (bytes_equal(person.name, BYTES_TEXT("box")))
            return person.room;
    return ROOM_FREE;
}

static struct message_ref say_much(struct world *world, const char *name, char letter)
{
    static char text[12000];
    struct message_ref ref;
    memset(text, letter, sizeof text - 1);
    CHECK_OK(world_say_more(world, name, &(struct saying){.text = text, .to = "Board"}, &ref));
    world_run(world, 2000);
    return ref;
}

static size_t carriers_with(const struct world *world, const char *by, const struct message_ref *ref)
{
    struct receipt receipt;
    CHECK_OK(node_receipt(world_host(world, by)->node, ref, &receipt));
    return receipt.with_carriers;
}

/* Bytes of content in all its entries, by another way than it counts them. */
static bool add_size(void *arg, const struct stored_entry *stored)
{
    struct entry entry;
    CHECK_OK(entry_decode(stored->wire, &entry));
    *(uint64_t *)arg += entry.type >= ENTRY_MESSAGE ? stored->wire.size : 0;
    return true;
}

static uint64_t content_on_disk(const struct host *host)
{
    struct storage storage = medium_reads(host->disk);
    uint64_t bytes = 0;
    CHECK_OK(storage.begin(storage.ctx));
    CHECK_OK(storage.each_arrival(storage.ctx, 1, add_size, &bytes));
    storage.end(storage.ctx);
    return bytes;
}

static void what_is_above_the_quota_is_refused_and_said(void **state)
{
    struct world world;
    struct message_ref last = {{{0}}, 0};
    struct node_group group;
    (void)state;
    begin_with_box(&world, 20, GUESTS("bob"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_settle(&world);
    CHECK_OK(let_carry(&world, "alice", "Board", "box"));
    world_settle(&world);
    allow(&world, 150000);
    world_stop(&world, "bob");
    struct message_ref first = say_much(&world, "alice", 'a');
    assert_int_equal(carriers_with(&world, "alice", &first), 1);
    for (char letter = 'b'; letter < 'q'; letter++)
        last = say_much(&world, "alice", letter);
    struct node_info info = info_of_box(&world);
    assert_int_equal(info.room, ROOM_QUOTA);
    assert_int_equal(info.carried_groups, 2);
    assert_in_range(info.carried, 150000 - ENTRY_SIZE_MAX, 150000);
    assert_int_equal(info.carried, content_on_disk(world_host(&world, "box")));
    assert_int_equal(room_of_box(&world, "alice"), ROOM_QUOTA);
    assert_int_equal(carriers_with(&world, "alice", &last), 0);
    assert_int_equal(carriers_with(&world, "alice", &first), 1);

    uint64_t sent = world_host(&world, "alice")->payload_sent; /* what would be refused is not sent */
    say_much(&world, "alice", 'q');
    world_run(&world, 60000);
    assert_in_range(world_host(&world, "alice")->payload_sent - sent, 0, 1000);

    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_READER)); /* governance comes all the same */
    world_run(&world, 5000);
    world_stop(&world, "alice");
    world_restart(&world, "box");
    world_restart(&world, "bob");
    world_run(&world, 20000);
    assert_int_equal(info_of_box(&world).room, ROOM_QUOTA);
    assert_int_equal(info_of_box(&world).carried, content_on_disk(world_host(&world, "box")));
    assert_int_equal(room_of_box(&world, "bob"), ROOM_QUOTA);
    assert_true(reads(&world, "bob", "aaaa") && !reads(&world, "bob", "qqqq"));
    assert_int_equal(world_say_to(&world, "bob", "Board", "may I?"), ERR_NOT_PERMITTED);

    world_stop(&world, "bob");
    world_restart(&world, "alice");
    world_run(&world, 60000); /* by now it is told of ever more rarely */
    allow(&world, UINT64_MAX);
    world_run(&world, 1500);
    assert_int_equal(info_of_box(&world).room, ROOM_FREE);
    assert_int_equal(room_of_box(&world, "alice"), ROOM_FREE);
    assert_int_equal(carriers_with(&world, "alice", &last), 1);
    world_stop(&world, "alice");
    world_restart(&world, "bob");
    world_run(&world, 20000);
    assert_true(reads(&world, "bob", "qqqq"));
    world_restart(&world, "alice");
    world_settle(&world);
    assert_true(as_carried(&world, "alice", "Board", &group) && group.carried > 150000);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* A large log is on its way when there is no room any more: the rest of it does not come, and is not refused in vain.
 */
static void a_catch_up_ends_where_the_quota_does(void **state)
{
    struct world world;
    (void)state;
    begin_with_box(&world, 21, GUESTS("bob"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_settle(&world);
    for (int i = 0; i < 1000; i++) {
        static char text[12000];
        memset(text, 'a' + i % 26, sizeof text - 1);
        CHECK_OK(world_say_to(&world, "alice", "Board", text));
    }
    world_stop(&world, "bob");
    allow(&world, 400000);
    uint64_t sent = world_host(&world, "alice")->payload_sent;
    CHECK_OK(let_carry(&world, "alice", "Board", "box"));
    world_run(&world, 60000);
    assert_int_equal(info_of_box(&world).room, ROOM_QUOTA);
    assert_in_range(info_of_box(&world).carried, 400000 - ENTRY_SIZE_MAX, 400000 + (256 << 10));
    assert_in_range(world_host(&world, "alice")->payload_sent - sent, 0, 400000 + (4 << 20) + (512 << 10));
    allow(&world, UINT64_MAX);
    world_restart(&world, "bob");
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* Others than those that it carries are none of the owner's quota. */
static void the_quota_is_for_what_is_carried_only(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 22, "alice", GUESTS("bob", "box"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_settle(&world);
    allow(&world, 0);
    CHECK_OK(let_carry(&world, "alice", "Board", "box"));
    world_run(&world, 10000);
    CHECK_OK(world_say(&world, "alice", "to the office"));
    CHECK_OK(world_say_to(&world, "alice", "Board", "to the group"));
    world_run(&world, 10000);
    assert_non_null(strstr(world_texts(&world, "box"), "to the office"));
    assert_int_equal(room_of_box(&world, "alice"), ROOM_QUOTA);
    assert_int_equal(info_of_box(&world).carried_groups, 1);
    assert_int_equal(info_of_box(&world).carried, 0);

    CHECK_OK(set_role(&world, "alice", "Board", "box", ROLE_MEMBER)); /* then it reads it, and it is none of that */
    world_run(&world, 10000);
    assert_true(reads(&world, "box", "to the group"));
    assert_int_equal(info_of_box(&world).room, ROOM_FREE);
    CHECK_OK(set_role(&world, "alice", "Board", "box", ROLE_CARRIER));
    world_run(&world, 10000);
    assert_true(info_of_box(&world).carried > 0); /* what is here counts, and stays */
    assert_int_equal(info_of_box(&world).room, ROOM_QUOTA);
    allow(&world, UINT64_MAX);
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void a_disk_that_is_nearly_full_is_told_of(void **state)
{
    struct world world;
    (void)state;
    begin_with_box(&world, 23, GUESTS("bob"));
    world_host(&world, "box")->free_disk = 100ull << 20;
    world_run(&world, 10000);
    assert_int_equal(room_of_box(&world, "alice"), ROOM_DISK);
    assert_int_equal(room_of_box(&world, "bob"), ROOM_DISK);
    CHECK_OK(world_say(&world, "alice", "not there"));
    world_run(&world, 10000);
    world_host(&world, "box")->free_disk = 100ull << 30;
    world_run(&world, 10000);
    assert_int_equal(room_of_box(&world, "alice"), ROOM_FREE);
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_who_never_meet_have_the_same),
        cmocka_unit_test(it_is_asked_by_way_of_others),
        cmocka_unit_test(nothing_on_its_disk_can_be_read),
        cmocka_unit_test(its_owner_is_asked_for_the_groups_of_others),
        cmocka_unit_test(a_removal_travels_by_the_box),
        cmocka_unit_test(it_stops_carrying_and_begins_again),
        cmocka_unit_test(a_carrier_becomes_a_member_and_a_carrier_again),
        cmocka_unit_test(a_member_of_the_office_may_carry_a_group),
        cmocka_unit_test(what_is_above_the_quota_is_refused_and_said),
        cmocka_unit_test(a_catch_up_ends_where_the_quota_does),
        cmocka_unit_test(the_quota_is_for_what_is_carried_only),
        cmocka_unit_test(a_disk_that_is_nearly_full_is_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
