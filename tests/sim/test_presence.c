/* SPDX-License-Identifier: MIT
 * Two who cannot reach each other, and one whom both can; and mallory, who lies about who is there. */
#include "core/peers/presence.h"
#include "rogue.h"

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

/* ---------------------------------------------------------------- lies */

/* The newest row of that device that mallory has heard; false: none. */
static bool hear_row(struct rogue *rogue, const struct sign_public *device, uint8_t ret[PRESENCE_ROW_SIZE])
{
    struct wire_message message;
    bool heard = false;
    while (stranger_hears(&rogue->mallory, WIRE_PRESENCE, &message))
        for (size_t at = 0; at < message.presence.rows.size; at += PRESENCE_ROW_SIZE)
            if (memcmp(message.presence.rows.data + at, device, sizeof *device) == 0) {
                memcpy(ret, message.presence.rows.data + at, PRESENCE_ROW_SIZE);
                heard = true;
            }
    return heard;
}

static void say_row(struct rogue *rogue, uint8_t row[PRESENCE_ROW_SIZE], uint64_t incarnation,
                    enum presence_state state)
{
    struct wire_message message = {.type = WIRE_PRESENCE, .presence.rows = {row, PRESENCE_ROW_SIZE}};
    put_u64(row + 32, incarnation);
    row[40] = (uint8_t)state;
    stranger_say(&rogue->mallory, &message);
}

static struct sign_public device_of(struct rogue *rogue, const char *name)
{
    struct node_info info;
    node_info(world_host(&rogue->world, name)->node, &info);
    return info.device;
}

/* Alice and carol see each other through bob only; mallory visits alice. */
static struct sign_public lie_about_carol(struct rogue *rogue, uint64_t seed)
{
    begin_with_mallory(rogue, seed);
    world_add(&rogue->world, "carol");
    CHECK_OK(world_meet(&rogue->world, "alice", "carol"));
    world_cut(&rogue->world, "alice", "carol");
    world_run(&rogue->world, 8000);
    assert_true(world_until(&rogue->world, alice_sees_carol_through_bob, 20000));
    meet(rogue, "alice");
    return device_of(rogue, "carol");
}

static void a_member_who_is_told_gone_again_and_again_looks_gone_once(void **state)
{
    struct rogue rogue = {0};
    uint8_t row[PRESENCE_ROW_SIZE];
    size_t gone = 0;
    (void)state;
    struct sign_public carol = lie_about_carol(&rogue, 4);
    assert_true(hear_row(&rogue, &carol, row));
    for (int i = 0; i < 600; i++) {
        say_row(&rogue, row, get_u64(row + 32), PRESENCE_GONE);
        world_run(&rogue.world, 50);
        gone += !sees(&rogue.world, "alice", "carol", true, false);
        hear_row(&rogue, &carol, row);
    }
    assert_false(stranger_was_left(&rogue.mallory));
    assert_in_range(gone, 0, 10);
    world_crash(&rogue.world, "carol", true); /* and when it is true, that is seen as ever */
    assert_true(world_until(&rogue.world, nobody_sees_carol, 15000));
    stranger_done(&rogue.mallory);
    end_story(&rogue.world);
}

static void nobody_counts_on_for_another(void **state)
{
    static const enum presence_state states[] = {PRESENCE_GONE, PRESENCE_UP};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rogue rogue = {0};
        uint8_t row[PRESENCE_ROW_SIZE];
        struct sign_public carol = lie_about_carol(&rogue, 5 + i);
        assert_true(hear_row(&rogue, &carol, row));
        say_row(&rogue, row, UINT64_MAX - 1, states[i]);
        world_run(&rogue.world, 100);
        assert_true(sees(&rogue.world, "alice", "carol", true, false));
        assert_true(stranger_was_left(&rogue.mallory));
        world_crash(&rogue.world, "carol", true);
        assert_true(world_until(&rogue.world, nobody_sees_carol, 15000));
        stranger_done(&rogue.mallory);
        end_story(&rogue.world);
    }
}

static void nobody_is_taken_for_a_twin_because_another_says_so(void **state)
{
    struct rogue rogue = {0};
    uint8_t row[PRESENCE_ROW_SIZE];
    struct node_info info;
    (void)state;
    begin_with_mallory(&rogue, 7);
    for (int i = 0; i < 10; i++) {
        struct sign_public alice = device_of(&rogue, "alice");
        meet(&rogue, "alice");
        world_run(&rogue.world, 1000);
        assert_true(hear_row(&rogue, &alice, row));
        say_row(&rogue, row, get_u64(row + 32) + 1, PRESENCE_UP);
        world_run(&rogue.world, 1000);
    }
    node_info(world_host(&rogue.world, "alice")->node, &info);
    assert_false(info.runs_twice);
    end_with_mallory(&rogue);
}

static void who_asks_who_is_there_all_the_time_is_told_now_and_then(void **state)
{
    struct rogue rogue = {0};
    struct wire_message told, question = {.type = WIRE_PRESENCE, .presence.flags = PRESENCE_FLAG_COMPARE};
    size_t tables = 0;
    (void)state;
    begin_with_mallory(&rogue, 8);
    meet(&rogue, "alice");
    for (int i = 0; i < 1000; i++) {
        stranger_say(&rogue.mallory, &question);
        world_run(&rogue.world, 10);
    }
    while (stranger_hears(&rogue.mallory, WIRE_PRESENCE, &told))
        tables += (told.presence.flags & PRESENCE_FLAG_ANSWER) != 0;
    assert_in_range(tables, 1, 11); /* in ten seconds */
    end_with_mallory(&rogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_cannot_be_reached_is_there_if_another_says_so),
        cmocka_unit_test(who_stops_in_order_is_gone_at_once),
        cmocka_unit_test(what_is_said_goes_through_the_third_at_once_and_the_answer_is_the_receipt),
        cmocka_unit_test(a_member_who_is_told_gone_again_and_again_looks_gone_once),
        cmocka_unit_test(nobody_counts_on_for_another),
        cmocka_unit_test(nobody_is_taken_for_a_twin_because_another_says_so),
        cmocka_unit_test(who_asks_who_is_there_all_the_time_is_told_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
