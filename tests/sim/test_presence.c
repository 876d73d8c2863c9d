/* SPDX-License-Identifier: MIT
 * Two who cannot reach each other, and one whom both can. */
#include "story.h"

static bool person_of(struct world *world, const char *seen_by, const char *name, struct node_person *ret)
{
    const struct host *host = world_host(world, seen_by);
    for (size_t i = 0; node_person_at(host->node, 1, i, ret); i++)
        if (bytes_equal(ret->name, BYTES_TEXT(name)))
            return true;
    return false;
}

static bool sees(struct world *world, const char *seen_by, const char *name, bool online, bool linked)
{
    struct node_person person;
    return person_of(world, seen_by, name, &person) && person.online == online && person.linked == linked;
}

static bool alice_sees_carol_through_bob(struct world *world)
{
    return sees(world, "alice", "carol", true, false) && sees(world, "carol", "alice", true, false);
}

static bool nobody_sees_carol(struct world *world)
{
    return sees(world, "alice", "carol", false, false) && sees(world, "bob", "carol", false, false);
}

static void begin(struct world *world, uint64_t seed)
{
    begin_story(world, seed, "alice", GUESTS("bob", "carol"));
    world_cut(world, "alice", "carol");
    world_run(world, 8000); /* the link between the two is given up */
    assert_true(world_until(world, alice_sees_carol_through_bob, 20000));
}

static void who_cannot_be_reached_is_there_if_another_says_so(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 1);
    world_crash(&world, "carol", true);
    assert_true(world_until(&world, nobody_sees_carol, 15000));
    end_story(&world);
}

static void who_stops_in_order_is_gone_at_once(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 2);
    world_stop(&world, "carol");
    assert_true(world_until(&world, nobody_sees_carol, 500));
    end_story(&world);
}

static bool carol_has_heard(struct world *world)
{
    return world_text_count(world, "carol", "does anybody hear me?") == 1;
}

static bool alice_has_her_answer(struct world *world)
{
    return world_text_count(world, "alice", "yes") == 1;
}

static void what_is_said_goes_through_the_third_at_once_and_the_answer_is_the_receipt(void **state)
{
    struct world world;
    struct saying saying = {.text = "does anybody hear me?"};
    struct message_ref message;
    struct receipt receipt;
    (void)state;
    begin(&world, 3);
    CHECK_OK(world_say_more(&world, "alice", &saying, &message));
    assert_true(world_until(&world, carol_has_heard, 100)); /* not by the digest of every second */
    world_run(&world, 3000);
    CHECK_OK(node_receipt(world_host(&world, "alice")->node, &message, &receipt));
    assert_int_equal(receipt.persons, 2);
    assert_int_equal(receipt.with, 1);
    assert_true(world_until(&world, alice_sees_carol_through_bob, 10000)); /* each may think for a moment: gone */
    CHECK_OK(world_say(&world, "carol", "yes"));
    assert_true(world_until(&world, alice_has_her_answer, 100));
    CHECK_OK(node_receipt(world_host(&world, "alice")->node, &message, &receipt));
    assert_int_equal(receipt.with, 2);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_cannot_be_reached_is_there_if_another_says_so),
        cmocka_unit_test(who_stops_in_order_is_gone_at_once),
        cmocka_unit_test(what_is_said_goes_through_the_third_at_once_and_the_answer_is_the_receipt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
