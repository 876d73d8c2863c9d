/* SPDX-License-Identifier: MIT
 * Entries that came without their payloads: remembered, asked of everybody, and mended by whoever has them. */
#include "core/log/logs.h"
#include "rogue.h"

static uint64_t missing_at(struct world *world, const char *name)
{
    struct node_group group;
    assert_true(node_group_at(world_host(world, name)->node, 0, &group));
    return group.payloads_missing;
}

/* All that this disk holds of content, so that its node passes on headers only, and has nothing to answer with. */
static void strip(struct world *world, const char *name)
{
    struct medium *disk = world_host(world, name)->disk;
    for (uint64_t arrival = 1; arrival <= medium_entry_count(disk); arrival++)
        medium_strip(disk, arrival);
}

static void say_many(struct world *world, const char *name, int count)
{
    for (int i = 0; i < count; i++) {
        char text[700];
        snprintf(text, sizeof text, "message %d,%600s", i, "");
        world_post(world, name, text);
        if (i % 50 == 49)
            world_run(world, 20);
    }
    world_settle(world);
    CHECK_HOLDS(world);
}

static bool has_digest_of(struct world *world, const char *name, const char *other)
{
    const struct hash *mine = logs_digest(world_host(world, name)->node->workspace);
    return memcmp(mine, logs_digest(world_host(world, other)->node->workspace), sizeof *mine) == 0;
}

static bool erin_and_alice_have_the_same_entries(struct world *world)
{
    return has_digest_of(world, "erin", "alice");
}

static bool erin_lacks_nothing(struct world *world)
{
    return missing_at(world, "erin") == 0;
}

static bool fay_lacks_nothing(struct world *world)
{
    return missing_at(world, "fay") == 0;
}

static void check_reads_all(struct world *world, const char *name, size_t count)
{
    struct node_info info;
    node_info(world_host(world, name)->node, &info);
    assert_true(bytes_equal(info.workspace_name, BYTES_TEXT("Office")));
    assert_int_equal(world_text_count(world, name, "bob: message"), count);
    assert_int_equal(world_text_count(world, name, "(cannot be read)"), 0);
}

/* Bob's messages come to erin through alice, who keeps all payloads back; erin's computer is started anew, and meets
 * bob; fay never meets him, and has it from erin. */
static void what_a_relay_strips_is_had_from_an_honest_peer(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob"));
    say_many(&world, "bob", 700);
    strip(&world, "alice");
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "fay" : "erin";
        world_add(&world, name);
        world_cut(&world, name, "bob");
        CHECK_OK(world_meet(&world, "alice", name));
    }
    assert_true(world_until(&world, erin_and_alice_have_the_same_entries, 20000));
    world_run(&world, 5000);
    assert_in_range(missing_at(&world, "erin"), 702, 710); /* names and the title among them */
    assert_int_equal(missing_at(&world, "erin"), missing_at(&world, "fay"));
    assert_int_equal(world_text_count(&world, "erin", "?: (cannot be read)"), 700);

    uint64_t missing = missing_at(&world, "erin");
    world_crash(&world, "erin", true);
    world_restart(&world, "erin");
    world_run(&world, 3000);
    assert_int_equal(missing_at(&world, "erin"), missing);

    uint64_t noticed = world_host(&world, "erin")->completed_noticed;
    world_heal(&world);
    world_cut(&world, "fay", "bob");
    assert_true(world_until(&world, erin_lacks_nothing, 20000));
    assert_true(world_until(&world, fay_lacks_nothing, 20000));
    world_run(&world, 100);
    assert_int_equal(world_host(&world, "erin")->completed_noticed - noticed, missing);
    for (int round = 0; round < 2; round++) {
        check_reads_all(&world, "erin", 700);
        check_reads_all(&world, "fay", 700);
        assert_true(has_digest_of(&world, "erin", "alice") && has_digest_of(&world, "fay", "bob"));
        world_restart(&world, "erin"); /* it is on the disk */
        world_restart(&world, "fay");
        world_run(&world, 3000);
        assert_int_equal(missing_at(&world, "erin") + missing_at(&world, "fay"), 0);
    }
    end_story(&world);
}

static uint64_t bytes_in_a_minute(struct world *world)
{
    uint64_t before = world->bytes_sent;
    world_run(world, 60000);
    return world->bytes_sent - before;
}

static void what_nobody_has_is_not_asked_for_again_and_again(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob", "carol"));
    say_many(&world, "alice", 300);
    uint64_t idle = bytes_in_a_minute(&world);
    world_crash(&world, "carol", false);
    say_many(&world, "alice", 300);
    strip(&world, "alice");
    strip(&world, "bob");
    world_restart(&world, "carol");
    world_run(&world, 10000);
    assert_int_equal(missing_at(&world, "carol"), 300);
    assert_in_range(bytes_in_a_minute(&world), 0, idle + idle / 20);
    assert_true(has_digest_of(&world, "carol", "alice"));
    CHECK_HOLDS(&world);
    world_done(&world);
}

/* ---------------------------------------------------------------- one who answers wrongly */

static void answer(struct rogue *rogue, const struct hash *log, struct bytes payload)
{
    struct buffer items = {0};
    buffer_append_u64(&items, 1);
    buffer_append_u16(&items, (uint16_t)payload.size);
    buffer_append(&items, payload);
    struct wire_message message = {.type = WIRE_PAYLOADS, .payloads = {*log, 0, buffer_bytes(&items)}};
    stranger_say(&rogue->mallory, &message);
    buffer_done(&items);
    world_run(&rogue->world, 500);
}

static struct forged_log write_one(struct rogue *rogue, struct buffer *wire)
{
    struct forged_log log = open_log(rogue, KIND_CONTENT);
    write_entry(rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("true words"), now_hlc(rogue), wire);
    return log;
}

static void give(struct rogue *rogue, const char *whom, const struct forged_log *log, struct bytes wire)
{
    meet(rogue, whom);
    tell_log(rogue, log);
    send_entry(rogue, log, wire);
}

static void say_that_she_has_it(struct rogue *rogue, const struct forged_log *log)
{
    struct dep row = {.log = log->id, .seq = log->seq};
    struct wire_message message = {.type = WIRE_HAVE};
    struct buffer rows = {0};
    memcpy(row.id, log->head.bytes, sizeof row.id);
    dep_append(&row, &rows);
    message.have.group = rogue->group;
    message.have.kind = KIND_CONTENT;
    message.have.flags = HAVE_FLAG_LAST;
    message.have.rows = buffer_bytes(&rows);
    stranger_say(&rogue->mallory, &message);
    buffer_done(&rows);
    world_run(&rogue->world, 500);
}

/* Bob gets the entry without its payload, and asks mallory for that. */
static void give_half(struct rogue *rogue, const struct forged_log *log, struct bytes wire)
{
    struct wire_message message;
    give(rogue, "bob", log, (struct bytes){wire.data, wire.size - strlen("true words")});
    assert_int_equal(missing_at(&rogue->world, "bob"), 1);
    assert_false(stranger_hears(&rogue->mallory, WIRE_WANTP, &message)); /* she may not have it herself */
    say_that_she_has_it(rogue, log);
    assert_true(stranger_hears(&rogue->mallory, WIRE_WANTP, &message));
    assert_memory_equal(&message.wantp.log, &log->id, sizeof log->id);
    assert_int_equal(message.wantp.seqs.size, 8);
    assert_int_equal(get_u64(message.wantp.seqs.data), 1);
}

static void a_wrong_payload_is_refused_and_another_peer_asked(void **state)
{
    const char *const wrong[] = {"false word", "true words, and more", ""};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct rogue rogue = {0};
        struct buffer wire = {0};
        begin_with_mallory(&rogue, 3 + i);
        struct forged_log log = write_one(&rogue, &wire);
        world_cut(&rogue.world, "alice", "bob");
        give_half(&rogue, &log, buffer_bytes(&wire));
        answer(&rogue, &log.id, BYTES_TEXT(wrong[i]));
        assert_true(stranger_was_left(&rogue.mallory));
        assert_int_equal(missing_at(&rogue.world, "bob"), 1);
        give(&rogue, "alice", &log, buffer_bytes(&wire));
        world_heal(&rogue.world);
        world_settle(&rogue.world);
        assert_int_equal(missing_at(&rogue.world, "bob"), 0);
        buffer_done(&wire);
        end_with_mallory(&rogue);
    }
}

static bool bob_lacks_nothing(struct world *world)
{
    return missing_at(world, "bob") == 0;
}

static void one_who_does_not_answer_is_asked_once_and_holds_up_nobody(void **state)
{
    struct rogue rogue = {0};
    struct buffer wire = {0};
    struct wire_message message;
    (void)state;
    begin_with_mallory(&rogue, 7);
    struct forged_log log = write_one(&rogue, &wire);
    world_cut(&rogue.world, "alice", "bob");
    give(&rogue, "alice", &log, buffer_bytes(&wire));
    give_half(&rogue, &log, buffer_bytes(&wire));
    for (int i = 0; i < 10; i++) {
        world_run(&rogue.world, 2000);
        stranger_say(&rogue.mallory, &(struct wire_message){.type = WIRE_PING});
    }
    assert_false(stranger_hears(&rogue.mallory, WIRE_WANTP, &message));
    assert_false(stranger_was_left(&rogue.mallory));
    world_heal(&rogue.world);
    assert_true(world_until(&rogue.world, bob_lacks_nothing, 10000));
    assert_false(stranger_hears(&rogue.mallory, WIRE_WANTP, &message));
    buffer_done(&wire);
    end_with_mallory(&rogue);
}

static void only_members_are_answered_and_only_with_what_is_here(void **state)
{
    struct rogue rogue = {0};
    struct buffer wire = {0}, seqs = {0};
    struct wire_message message;
    (void)state;
    begin_with_mallory(&rogue, 9);
    struct forged_log log = write_one(&rogue, &wire);
    give(&rogue, "bob", &log, buffer_bytes(&wire));
    for (uint64_t seq = 0; seq <= 2; seq++)
        buffer_append_u64(&seqs, seq);
    const struct wire_message question = {.type = WIRE_WANTP, .wantp = {log.id, buffer_bytes(&seqs)}};
    stranger_say(&rogue.mallory, &question);
    world_run(&rogue.world, 500);
    assert_true(stranger_hears(&rogue.mallory, WIRE_PAYLOADS, &message));
    assert_int_equal(message.payloads.flags, 0);
    assert_int_equal(message.payloads.items.size, PAYLOAD_ITEM_HEAD + strlen("true words"));
    assert_int_equal(get_u64(message.payloads.items.data), 1);
    assert_memory_equal(message.payloads.items.data + PAYLOAD_ITEM_HEAD, "true words", strlen("true words"));

    struct stranger eve; /* has the key, and is nobody */
    stranger_init(&eve, &rogue.world, "eve");
    CHECK_OK(stranger_greet(&eve, "bob", &rogue.key));
    stranger_hello(&eve);
    stranger_say(&eve, &question);
    world_run(&rogue.world, 500);
    assert_true(stranger_hears(&eve, WIRE_PAYLOADS, &message));
    assert_int_equal(message.payloads.items.size, 0);
    stranger_done(&eve);
    buffer_done(&seqs);
    buffer_done(&wire);
    end_with_mallory(&rogue);
}

/* What bob holds without its payloads turns out to be one of two histories, after its first entry. */
static void what_is_missing_goes_with_its_entries_to_a_branch(void **state)
{
    struct rogue rogue = {0};
    struct buffer wires[3] = {{0}, {0}, {0}}, other = {0};
    (void)state;
    begin_with_mallory(&rogue, 10);
    rogue.world.forks_allowed = true;
    world_cut(&rogue.world, "alice", "bob");
    struct forged_log log = write_one(&rogue, &wires[0]), twin = log;
    write_entry(&rogue, &twin, ENTRY_MESSAGE, BYTES_TEXT("other word"), now_hlc(&rogue), &other);
    for (int i = 1; i < 3; i++)
        write_entry(&rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("more words"), now_hlc(&rogue), &wires[i]);
    meet(&rogue, "bob");
    tell_log(&rogue, &log);
    for (int i = 0; i < 3; i++)
        send_entry(&rogue, &log, (struct bytes){wires[i].data, wires[i].size - strlen("true words")});
    assert_int_equal(missing_at(&rogue.world, "bob"), 3);
    send_entry(&rogue, &twin, buffer_bytes(&other));
    assert_int_equal(missing_at(&rogue.world, "bob"), 3);
    world_restart(&rogue.world, "bob");
    world_run(&rogue.world, 1000);
    assert_int_equal(missing_at(&rogue.world, "bob"), 3);
    meet(&rogue, "alice");
    tell_log(&rogue, &log);
    for (int i = 0; i < 3; i++)
        send_entry(&rogue, &log, buffer_bytes(&wires[i]));
    world_heal(&rogue.world);
    assert_true(world_until(&rogue.world, bob_lacks_nothing, 20000));
    for (int i = 0; i < 3; i++)
        buffer_done(&wires[i]);
    buffer_done(&other);
    end_with_mallory(&rogue);
}

static void payloads_that_nobody_asked_for_change_nothing(void **state)
{
    struct rogue rogue = {0};
    struct buffer wire = {0};
    (void)state;
    begin_with_mallory(&rogue, 8);
    struct forged_log log = write_one(&rogue, &wire);
    give(&rogue, "bob", &log, buffer_bytes(&wire));
    answer(&rogue, &log.id, BYTES_TEXT("false word"));
    answer(&rogue, &rogue.group, BYTES_TEXT("of no log"));
    assert_false(stranger_was_left(&rogue.mallory));
    assert_int_equal(missing_at(&rogue.world, "bob"), 0);
    buffer_done(&wire);
    end_with_mallory(&rogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_relay_strips_is_had_from_an_honest_peer),
        cmocka_unit_test(what_nobody_has_is_not_asked_for_again_and_again),
        cmocka_unit_test(a_wrong_payload_is_refused_and_another_peer_asked),
        cmocka_unit_test(one_who_does_not_answer_is_asked_once_and_holds_up_nobody),
        cmocka_unit_test(only_members_are_answered_and_only_with_what_is_here),
        cmocka_unit_test(what_is_missing_goes_with_its_entries_to_a_branch),
        cmocka_unit_test(payloads_that_nobody_asked_for_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
