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
    assert_int_equal(members(&world, "bob", "Board"), 2);
    CHECK_OK(let_carry(&world, "bob", "Board", "box"));
    world_settle(&world);
    world_restart(&world, "box"); /* what was answered once is not read again */
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
