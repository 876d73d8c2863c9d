/* SPDX-License-Identifier: MIT
 * A newer program is about: it writes entries that this version cannot read. */
#include "rogue.h"

#define QUIET_MS 30000
#define QUIET_BYTES_PER_HOST 20000 /* in half a minute: digests and signs of life; rows all the time would be more */

/* What a newer program would have written there: another version, and who knows what behind it. */
static void make_newer(uint8_t *wire)
{
    wire[1] = ENTRY_VERSION + 1; /* behind the array's head */
}

/* Makes the last entry that has arrived there one of a later version. */
static void rewrite_last(struct host *host)
{
    struct stored_entry stored;
    struct buffer wire = {0};
    uint64_t last = medium_entry_count(host->disk);
    CHECK_OK(medium_arrival(host->disk, last, &stored));
    buffer_append(&wire, stored.wire);
    make_newer(wire.data);
    host->disk->kind->rewrite(host->disk, last, buffer_bytes(&wire));
    buffer_done(&wire);
}

static struct node_group group_of(struct world *world, const char *name)
{
    struct node_group group;
    assert_true(node_group_at(world_host(world, name)->node, 0, &group));
    return group;
}

static void check_quiet(struct world *world)
{
    world_run(world, 20000);
    uint64_t before = world->bytes_sent;
    world_run(world, QUIET_MS);
    uint64_t sent = world->bytes_sent - before;
    if (sent > QUIET_BYTES_PER_HOST * world->host_count)
        fail_msg("%llu bytes in %d s when all is said", (unsigned long long)sent, QUIET_MS / 1000);
}

static void all_but_what_cannot_be_read_is_taken_and_the_link_stays(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("carol"));
    CHECK_OK(world_say(&world, "carol", "first"));
    CHECK_OK(world_say(&world, "carol", "second"));
    world_settle(&world);
    CHECK_OK(world_say(&world, "carol", "in tomorrow's words"));
    world_run(&world, 2000);
    world_crash(&world, "carol", false);
    rewrite_last(world_host(&world, "alice"));
    CHECK_OK(world_say(&world, "alice", "hello"));
    world_add(&world, "bob");
    CHECK_OK(world_meet(&world, "alice", "bob"));
    world_run(&world, 5000);
    assert_string_equal(world_texts(&world, "bob"), "carol: first\ncarol: second\nalice: hello\n");
    assert_int_equal(world_links(&world, "alice", "bob"), 1);
    assert_true(group_of(&world, "bob").needs_newer);
    size_t connections = world_connections(&world, "bob");
    check_quiet(&world);
    struct message_ref message;
    CHECK_OK(world_say_more(&world, "bob", &(struct saying){.text = "i am old"}, &message));
    world_run(&world, 2000);
    assert_true(medium_holds(world_host(&world, "alice")->disk, &message.log, message.seq));
    assert_int_equal(world_connections(&world, "bob"), connections);

    world_restart(&world, "carol"); /* who has it as this version can read it */
    world_crash(&world, "alice", false);
    world_run(&world, 60000);
    assert_int_equal(world_text_count(&world, "bob", "in tomorrow's words"), 1);
    assert_false(group_of(&world, "bob").needs_newer);
    CHECK_HOLDS(&world);
    world_done(&world);
}

static void who_lies_about_versions_keeps_nobody_from_the_rest(void **state)
{
    struct rogue rogue;
    struct buffer wire = {0};
    struct wire_message message;
    (void)state;
    begin_with_mallory(&rogue, 2);
    meet(&rogue, "bob");
    struct forged_log log = open_log(&rogue, KIND_CONTENT);
    tell_log(&rogue, &log);
    write_entry(&rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("sealed"), now_hlc(&rogue), &wire);
    send_entry(&rogue, &log, buffer_bytes(&wire));
    assert_true(stranger_hears(&rogue.mallory, WIRE_ACK, &message));
    assert_int_equal(message.ack.refused.size, 0);
    make_newer(wire.data);
    send_entry(&rogue, &log, buffer_bytes(&wire));
    assert_true(stranger_hears(&rogue.mallory, WIRE_ACK, &message));
    assert_int_equal(message.ack.refused.size, 8);
    for (int i = 0; i < 10; i++) { /* it goes on being served */
        wire.size = 0;
        write_entry(&rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("sealed"), now_hlc(&rogue), &wire);
        send_entry(&rogue, &log, buffer_bytes(&wire));
    }
    assert_false(stranger_was_left(&rogue.mallory));
    assert_true(medium_holds(world_host(&rogue.world, "bob")->disk, &log.id, 11));
    buffer_done(&wire);
    end_with_mallory(&rogue);
}

/* She has written on before what she wrote earlier was asked for. */
static void a_newer_entry_ahead_of_the_others_does_not_keep_them_away(void **state)
{
    struct rogue rogue;
    struct buffer wires[3] = {{0}, {0}, {0}}, rows = {0};
    struct wire_message message, have = {.type = WIRE_HAVE};
    (void)state;
    begin_with_mallory(&rogue, 3);
    meet(&rogue, "bob");
    struct forged_log log = open_log(&rogue, KIND_CONTENT);
    struct dep second = {.log = log.id, .seq = 2};
    for (size_t i = 0; i < 3; i++) {
        write_entry(&rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("sealed"), now_hlc(&rogue), &wires[i]);
        if (i == 1)
            memcpy(second.id, log.head.bytes, sizeof second.id);
    }
    make_newer(wires[2].data);
    send_entry(&rogue, &log, buffer_bytes(&wires[2]));
    assert_true(stranger_hears(&rogue.mallory, WIRE_ACK, &message));
    assert_int_equal(message.ack.refused.size, 8);

    dep_append(&second, &rows);
    have.have.group = rogue.group;
    have.have.kind = KIND_CONTENT;
    have.have.flags = HAVE_FLAG_LAST;
    have.have.rows = buffer_bytes(&rows);
    stranger_say(&rogue.mallory, &have);
    world_run(&rogue.world, 500);
    assert_true(stranger_hears(&rogue.mallory, WIRE_WANT, &message));
    assert_memory_equal(message.want.rows.data, log.id.bytes, sizeof log.id.bytes);
    for (size_t i = 0; i < 2; i++)
        send_entry(&rogue, &log, buffer_bytes(&wires[i]));
    assert_true(medium_holds(world_host(&rogue.world, "bob")->disk, &log.id, 2));
    for (size_t i = 0; i < 3; i++)
        buffer_done(&wires[i]);
    buffer_done(&rows);
    end_with_mallory(&rogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_but_what_cannot_be_read_is_taken_and_the_link_stays),
        cmocka_unit_test(who_lies_about_versions_keeps_nobody_from_the_rest),
        cmocka_unit_test(a_newer_entry_ahead_of_the_others_does_not_keep_them_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
