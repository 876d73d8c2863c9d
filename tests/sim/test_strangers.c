/* SPDX-License-Identifier: MIT
 * Those who do not belong, and those who do and misbehave: they learn nothing, and harm nothing. */
#include "story.h"
#include "stranger.h"

static const struct secret_key wrong_key = {{1, 2, 3}};

static void a_stranger_without_the_key_hears_nothing(void **state)
{
    struct world world;
    struct stranger eve;
    struct buffer message = {0};
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob"));
    stranger_init(&eve, &world, "eve");
    stranger_dial(&eve, "alice");
    stranger_first_message(&eve, &wrong_key, &message);
    stranger_send(&eve, buffer_bytes(&message));
    world_run(&world, 1000);
    assert_true(stranger_was_left(&eve));
    assert_int_equal(stranger_heard(&eve), 0);
    buffer_done(&message);
    stranger_done(&eve);
    end_story(&world);
}

static void one_who_says_nothing_is_left_after_five_seconds(void **state)
{
    struct world world;
    struct stranger eve;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob"));
    stranger_init(&eve, &world, "eve");
    stranger_dial(&eve, "alice");
    stranger_send(&eve, BYTES_TEXT("\0")); /* the beginning of a frame */
    world_run(&world, 4500);
    assert_false(stranger_was_left(&eve));
    world_run(&world, 1500);
    assert_true(stranger_was_left(&eve));
    assert_int_equal(stranger_heard(&eve), 0);
    stranger_done(&eve);
    end_story(&world);
}

static void garbage_in_place_of_a_handshake_is_left_at_once(void **state)
{
    struct world world;
    struct stranger eve;
    (void)state;
    begin_story(&world, 3, "alice", GUESTS("bob"));
    stranger_init(&eve, &world, "eve");
    for (int i = 0; i < 200; i++) {
        uint8_t garbage[600];
        size_t size = 2 + world_below(&world, sizeof garbage - 2);
        random_bytes(&world.random, garbage, size);
        if (world_below(&world, 2))
            put_u16(garbage, (uint16_t)(size - 2));
        stranger_dial(&eve, "alice");
        stranger_send(&eve, (struct bytes){garbage, size});
        world_run(&world, 6000);
        assert_true(stranger_was_left(&eve));
        assert_int_equal(stranger_heard(&eve), 0);
    }
    CHECK_OK(world_say(&world, "bob", "still here"));
    world_settle(&world);
    stranger_done(&eve);
    end_story(&world);
}

static void a_frame_larger_than_a_handshake_message_is_left_before_it_came(void **state)
{
    struct world world;
    struct stranger eve;
    (void)state;
    begin_story(&world, 4, "alice", NULL);
    stranger_init(&eve, &world, "eve");
    stranger_dial(&eve, "alice");
    stranger_send(&eve, BYTES_OF(((const uint8_t[]){0xff, 0xff})));
    world_run(&world, 100);
    assert_true(stranger_was_left(&eve));
    stranger_done(&eve);
    end_story(&world);
}

static void bytes_changed_on_the_way_close_the_link_and_harm_nothing(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 5, "alice", GUESTS("bob"));
    for (int i = 0; i < 20; i++) {
        uint8_t garbage[50];
        struct host *alice = world_host(&world, "alice");
        random_bytes(&world.random, garbage, sizeof garbage);
        for (size_t c = 0; c < alice->cable_count; c++)
            cable_inject(alice->cables[c].cable, alice->cables[c].side, BYTES_OF(garbage));
        CHECK_OK(world_say(&world, "alice", "a"));
        CHECK_OK(world_say(&world, "bob", "b"));
        world_run(&world, 1500);
    }
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_text_count(&world, "alice", "\n"), 40);
    end_story(&world);
}

static void inject(struct host *host, struct bytes bytes)
{
    for (size_t i = 0; i < host->cable_count; i++)
        cable_inject(host->cables[i].cable, host->cables[i].side, bytes);
}

static size_t links_of(const struct host *host)
{
    struct node_info info;
    node_info(host->node, &info);
    return info.links;
}

/* Bob's computer loses its power, and somebody on the way goes on in his name. */
static void nobody_on_the_way_keeps_up_a_link_whose_other_end_has_gone(void **state)
{
    static const uint8_t nothing[2] = {0}, long_frame[2] = {0xff, 0xff}, more[1] = {0};
    const struct bytes beginnings[] = {BYTES_OF(nothing), BYTES_OF(long_frame)};
    const struct bytes others[] = {BYTES_OF(nothing), BYTES_OF(more)};
    const uint64_t seconds[] = {9, 30}; /* 20 of those a frame may take */
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct world world;
        begin_story(&world, 11 + i, "alice", GUESTS("bob"));
        world_run(&world, 3000);
        struct host *alice = world_host(&world, "alice");
        world_crash(&world, "bob", true);
        assert_int_equal(links_of(alice), 1);
        inject(alice, beginnings[i]);
        for (uint64_t s = 0; s < seconds[i]; s++) {
            world_run(&world, 1000);
            inject(alice, others[i]);
        }
        assert_int_equal(links_of(alice), 0);
        world_restart(&world, "bob");
        world_settle(&world);
        end_story(&world);
    }
}

static bool knows_address(const struct host *host, const struct address *address)
{
    struct node_peer peer;
    for (size_t i = 0; node_peer_at(host->node, i, &peer); i++)
        if (peer.address.port == address->port && memcmp(peer.address.ip, address->ip, 16) == 0)
            return true;
    return false;
}

static void a_flood_of_false_addresses_drives_out_no_true_one(void **state)
{
    struct world world;
    struct host *alice, *bob;
    (void)state;
    begin_story(&world, 10, "alice", GUESTS("bob"));
    alice = world_host(&world, "alice");
    bob = world_host(&world, "bob");
    world_run(&world, 3000);
    assert_true(knows_address(alice, &bob->address));
    world_crash(&world, "bob", false);
    for (uint16_t i = 0; i < 3000; i++) { /* bob's beacon, said again by others */
        struct event event = {.type = EVENT_PEER_SEEN, .beacon = bob->beacon, .address = bob->address};
        event.instance = BYTES_OF(event.beacon.salt);
        event.address.port = (uint16_t)(20000 + i);
        host_step(alice, &event);
        if (i % 100 == 0)
            world_run(&world, 500);
    }
    assert_true(knows_address(alice, &bob->address));
    world_run(&world, 20000);
    world_restart(&world, "bob");
    world_run(&world, 10000);
    assert_int_equal(world_links(&world, "alice", "bob"), 1);
    end_story(&world);
}

/* ---------------------------------------------------------------- with the key, and no member */

static void who_has_only_the_key_gets_no_content(void **state)
{
    struct world world;
    struct stranger eve;
    struct wire_message message;
    (void)state;
    begin_story(&world, 6, "alice", GUESTS("bob"));
    CHECK_OK(world_say(&world, "alice", "secret"));
    world_settle(&world);
    struct secret_key key = stranger_steal_key(world_host(&world, "alice"));
    stranger_init(&eve, &world, "eve");
    CHECK_OK(stranger_greet(&eve, "alice", &key));
    stranger_hello(&eve);

    struct buffer rows = {0};
    struct wire_message digests = {.type = WIRE_DIGESTS};
    buffer_append(&rows, BYTES_OF(stranger_steal_group(world_host(&world, "alice")).bytes));
    buffer_append(&rows, BYTES_OF(wrong_key.bytes));
    digests.digests = buffer_bytes(&rows);
    stranger_say(&eve, &digests);
    world_run(&world, 500);
    size_t haves = 0;
    while (stranger_hears(&eve, WIRE_HAVE, &message)) {
        assert_int_equal(message.have.kind, KIND_GOVERNANCE);
        haves++;
    }
    assert_int_equal(haves, 1);
    CHECK_OK(world_say(&world, "alice", "another secret"));
    world_run(&world, 500);
    assert_false(stranger_hears(&eve, WIRE_ENTRIES, &message));
    buffer_done(&rows);
    stranger_done(&eve);
    end_story(&world);
}

/* Says one thing inside a fresh link; the link must be gone afterwards, or be of no consequence. */
static bool is_left_after(struct stranger *eve, const struct secret_key *key, struct bytes plain)
{
    CHECK_OK(stranger_greet(eve, "alice", key));
    stranger_hello(eve);
    stranger_say_plain(eve, plain);
    world_run(eve->world, 300);
    return stranger_was_left(eve);
}

static void nonsense_inside_a_link_closes_it(void **state)
{
    struct world world;
    struct stranger eve;
    (void)state;
    begin_story(&world, 7, "alice", GUESTS("bob"));
    struct secret_key key = stranger_steal_key(world_host(&world, "alice"));
    stranger_init(&eve, &world, "eve");
    for (int i = 0; i < 100; i++) {
        uint8_t garbage[300];
        size_t size = 1 + world_below(&world, sizeof garbage);
        random_bytes(&world.random, garbage, size);
        garbage[0] = (uint8_t)(0x81 + world_below(&world, 7)); /* a short array */
        garbage[1] = (uint8_t)world_below(&world, 20);
        if (size < 10 && garbage[1] == WIRE_PING)
            continue;
        assert_true(is_left_after(&eve, &key, (struct bytes){garbage, size}));
    }
    CHECK_OK(world_say(&world, "alice", "still here"));
    world_settle(&world);
    stranger_done(&eve);
    end_story(&world);
}

static void an_acknowledgement_of_nothing_closes_the_link(void **state)
{
    struct world world;
    struct stranger eve;
    struct buffer plain = {0};
    struct wire_message ack = {.type = WIRE_ACK, .ack = {.count = 7}};
    (void)state;
    begin_story(&world, 8, "alice", NULL);
    struct secret_key key = stranger_steal_key(world_host(&world, "alice"));
    stranger_init(&eve, &world, "eve");
    wire_encode(&ack, &plain);
    assert_true(is_left_after(&eve, &key, buffer_bytes(&plain)));
    buffer_done(&plain);
    stranger_done(&eve);
    end_story(&world);
}

static void a_code_that_goes_during_the_handshake_has_expired(void **state)
{
    struct world world;
    struct stranger eve;
    struct code code, other;
    struct wire_message bye;
    (void)state;
    begin_story(&world, 9, "alice", NULL);
    stranger_init(&eve, &world, "eve");
    CHECK_OK(world_invite(&world, "alice", &code));
    world_run(&world, 25 * 3600 * 1000);
    for (size_t i = 1; i < INVITES_MAX; i++)
        CHECK_OK(world_invite(&world, "alice", &other));
    struct secret_key key = stranger_key_of_code(&code);
    CHECK_OK(stranger_begin(&eve, "alice", &key));
    CHECK_OK(world_invite(&world, "alice", &other)); /* takes the place of the one that ended */
    CHECK_OK(stranger_finish(&eve));
    assert_true(stranger_hears(&eve, WIRE_BYE, &bye));
    assert_int_equal(bye.bye.code, BYE_CODE_EXPIRED);
    stranger_done(&eve);
    end_story(&world);
}

/* A member tells of a log that nobody ever sees, and of more in a true one than there is; then he only pings. */
static void promise_and_stall(struct stranger *mallory, const struct hash *group, const struct hash *true_log)
{
    struct wire_message have = {.type = WIRE_HAVE}, ping = {.type = WIRE_PING};
    struct dep rows[2] = {{.log = *group, .seq = 5}, {.log = *true_log, .seq = 1000}};
    for (enum log_kind kind = KIND_GOVERNANCE; kind <= KIND_CONTENT; kind++) {
        struct buffer row = {0};
        dep_append(&rows[kind], &row);
        have.have.group = *group;
        have.have.kind = kind;
        have.have.flags = HAVE_FLAG_LAST;
        have.have.rows = buffer_bytes(&row);
        stranger_say(mallory, &have);
        buffer_done(&row);
    }
    stranger_say(mallory, &ping);
}

static void a_member_who_promises_and_stalls_keeps_nobody_from_the_rest(void **state)
{
    struct world world;
    struct stranger mallory;
    struct code code;
    struct message_ref first;
    struct wire_message ping = {.type = WIRE_PING};
    (void)state;
    begin_story(&world, 11, "alice", GUESTS("bob"));
    stranger_init(&mallory, &world, "mallory");
    CHECK_OK(world_invite(&world, "alice", &code));
    CHECK_OK(stranger_join(&mallory, "alice", &code));
    CHECK_OK(world_say_more(&world, "alice", &(struct saying){.text = "first"}, &first));
    world_settle(&world);
    world_cut(&world, "alice", "bob");
    world_run(&world, 9000);
    for (int i = 0; i < 50; i++)
        CHECK_OK(world_say(&world, "alice", "news"));

    struct secret_key key = stranger_steal_key(world_host(&world, "alice"));
    struct hash group = stranger_steal_group(world_host(&world, "alice"));
    CHECK_OK(stranger_greet(&mallory, "bob", &key));
    stranger_hello(&mallory);
    promise_and_stall(&mallory, &group, &first.log);
    world_run(&world, 500);
    world_heal(&world);
    for (int i = 0; i < 60; i++) {
        stranger_say(&mallory, &ping);
        world_run(&world, 1000);
    }
    assert_false(stranger_was_left(&mallory));
    assert_int_equal(world_text_count(&world, "bob", "news"), 50);
    stranger_done(&mallory);
    end_story(&world);
}

/* ---------------------------------------------------------------- a member whose disk lies */

/* The newest message of alice's on bob's disk is changed `back` bytes before its end; carol gets it from bob only. */
static void pass_on_damaged(uint64_t seed, size_t back)
{
    struct world world;
    begin_story(&world, seed, "alice", GUESTS("bob", "carol"));
    world_isolate(&world, "carol");
    world_run(&world, 9000);
    CHECK_OK(world_say(&world, "alice", "true words"));
    world_run(&world, 2000);
    struct host *bob = world_host(&world, "bob");
    medium_damage(bob->disk, medium_entry_count(bob->disk), back);
    world_crash(&world, "alice", false);
    world_heal(&world);
    world_run(&world, 30000);
    assert_string_equal(world_texts(&world, "carol"), "");
    world_restart(&world, "alice"); /* who has the true ones */
    world_run(&world, 30000);
    assert_string_equal(world_texts(&world, "carol"), "alice: true words\n");
    CHECK_HOLDS(&world);
    world_done(&world);
}

static void what_was_changed_on_a_relay_is_not_taken(void **state)
{
    (void)state;
    pass_on_damaged(20, 0);   /* the payload */
    pass_on_damaged(21, 120); /* the signature, or the payload's beginning */
    pass_on_damaged(22, 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stranger_without_the_key_hears_nothing),
        cmocka_unit_test(one_who_says_nothing_is_left_after_five_seconds),
        cmocka_unit_test(garbage_in_place_of_a_handshake_is_left_at_once),
        cmocka_unit_test(a_frame_larger_than_a_handshake_message_is_left_before_it_came),
        cmocka_unit_test(bytes_changed_on_the_way_close_the_link_and_harm_nothing),
        cmocka_unit_test(nobody_on_the_way_keeps_up_a_link_whose_other_end_has_gone),
        cmocka_unit_test(a_flood_of_false_addresses_drives_out_no_true_one),
        cmocka_unit_test(who_has_only_the_key_gets_no_content),
        cmocka_unit_test(nonsense_inside_a_link_closes_it),
        cmocka_unit_test(an_acknowledgement_of_nothing_closes_the_link),
        cmocka_unit_test(a_code_that_goes_during_the_handshake_has_expired),
        cmocka_unit_test(a_member_who_promises_and_stalls_keeps_nobody_from_the_rest),
        cmocka_unit_test(what_was_changed_on_a_relay_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
