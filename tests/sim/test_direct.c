/* SPDX-License-Identifier: MIT
 * The chat of two people, and who else learns of it: nobody. */
#include "chats.h"

static size_t groups(const struct world *world, const char *name)
{
    return world_host(world, name)->node->group_count;
}

static bool is_of_workspace(void *arg, const struct log_row *row)
{
    const struct hash *workspace = arg;
    assert_memory_equal(&row->name.group, workspace, sizeof *workspace);
    return true;
}

/* Neither in RAM nor on the disk is there anything but the workspace. */
static void assert_knows_the_workspace_only(const struct world *world, const char *name)
{
    struct host *host = world_host(world, name);
    const struct storage *storage = &host->storage;
    assert_int_equal(groups(world, name), 1);
    CHECK_OK(storage->begin(storage->ctx));
    CHECK_OK(storage->each_log(storage->ctx, is_of_workspace, &host->node->workspace->id));
    storage->end(storage->ctx);
}

static void two_write_to_each_other_and_the_third_knows_nothing(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 1, "alice", GUESTS("bob", "carol"));
    CHECK_OK(world_say_to(&world, "alice", "@bob", "for you"));
    CHECK_OK(world_say(&world, "carol", "for all"));
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "bob", "@alice", "thanks"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts_in(&world, "alice", "@bob"), "alice: for you\nbob: thanks\n");
    assert_string_equal(world_texts_in(&world, "bob", "@alice"), "alice: for you\nbob: thanks\n");
    assert_string_equal(world_texts(&world, "alice"), "carol: for all\n");
    assert_string_equal(world_texts_in(&world, "carol", "@alice"), "");
    assert_knows_the_workspace_only(&world, "carol");
    end_story(&world);
}

static void the_first_message_arrives_at_once(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 2, "alice", GUESTS("bob"));
    world_run(&world, 5000);
    CHECK_OK(world_say_to(&world, "bob", "@alice", "psst"));
    world_run(&world, 200);
    assert_string_equal(world_texts_in(&world, "alice", "@bob"), "bob: psst\n");
    end_story(&world);
}

/* Two keys are begun, and all that is said under either can be read. */
static void both_begin_while_apart(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 3, "alice", GUESTS("bob", "carol"));
    world_isolate(&world, "bob");
    CHECK_OK(world_say_to(&world, "alice", "@bob", "where are you?"));
    CHECK_OK(world_say_to(&world, "bob", "@alice", "on my way"));
    CHECK_OK(world_say_to(&world, "carol", "@bob", "hello?"));
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    CHECK_OK(world_say_to(&world, "bob", "@alice", "here"));
    world_settle(&world);
    assert_string_equal(world_texts_in(&world, "alice", "@bob"), "alice: where are you?\nbob: on my way\nbob: here\n");
    assert_string_equal(world_texts_in(&world, "bob", "@carol"), "carol: hello?\n");
    assert_int_equal(groups(&world, "bob"), 3);
    assert_int_equal(groups(&world, "alice"), 2);
    assert_int_equal(groups(&world, "carol"), 2);
    end_story(&world);
}

static void a_message_waits_for_whoever_is_away(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 4, "alice", GUESTS("bob", "carol"));
    world_crash(&world, "bob", true);
    CHECK_OK(world_say_to(&world, "alice", "@bob", "tomorrow at nine"));
    world_run(&world, 10000);
    world_stop(&world, "alice");
    world_restart(&world, "bob");
    world_run(&world, 5000);
    assert_string_equal(world_texts_in(&world, "bob", "@alice"), ""); /* carol cannot have it for him */
    world_restart(&world, "alice");
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts_in(&world, "bob", "@alice"), "alice: tomorrow at nine\n");
    world_restart(&world, "bob");
    CHECK_OK(world_say_to(&world, "bob", "@alice", "fine"));
    world_settle(&world);
    assert_string_equal(world_texts_in(&world, "alice", "@bob"), "alice: tomorrow at nine\nbob: fine\n");
    assert_knows_the_workspace_only(&world, "carol");
    end_story(&world);
}

static void nobody_has_a_chat_with_himself_or_with_a_stranger(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 5, "alice", GUESTS("bob"));
    const struct node *node = world_host(&world, "alice")->node;
    struct node_direct direct;
    CHECK_ERROR(node_find_direct(node, BYTES_TEXT("alice"), &direct), ERR_USAGE);
    CHECK_ERROR(node_find_direct(node, BYTES_TEXT("zoe"), &direct), ERR_NOT_FOUND);
    CHECK_OK(node_find_direct(node, BYTES_TEXT("Bob"), &direct));
    assert_int_equal(direct.group, 0);
    struct command command = {.type = COMMAND_SEND};
    struct asked asked;
    command.send.text = BYTES_TEXT("x");
    memset(&command.send.person, 9, sizeof command.send.person);
    CHECK_ERROR(world_command(&world, "alice", &command, 1000, &asked), ERR_NOT_FOUND);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_write_to_each_other_and_the_third_knows_nothing),
        cmocka_unit_test(the_first_message_arrives_at_once),
        cmocka_unit_test(both_begin_while_apart),
        cmocka_unit_test(a_message_waits_for_whoever_is_away),
        cmocka_unit_test(nobody_has_a_chat_with_himself_or_with_a_stranger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
