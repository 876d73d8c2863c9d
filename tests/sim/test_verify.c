/* SPDX-License-Identifier: MIT
 * Who was verified is known on one computer only, and stays known there. */
#include "story.h"

static struct sign_public device_of(const struct world *world, const char *name)
{
    struct node_info info;
    node_info(world_host(world, name)->node, &info);
    host_end_read(world_host(world, name));
    return info.device;
}

static enum verification seen(const struct world *world, const char *by, const char *whom)
{
    struct sign_public device = device_of(world, whom);
    return node_verification(world_host(world, by)->node, &device);
}

static enum error verify(struct world *world, const char *by, const struct sign_public *device, bool undo)
{
    struct command command = {.type = COMMAND_VERIFY, .verify = {*device, undo}};
    struct asked asked;
    return world_command(world, by, &command, 1000, &asked);
}

static bool note(void *arg, const struct message *message)
{
    *(enum verification *)arg = message->verification;
    return true;
}

static enum verification of_last_message(const struct world *world, const char *name)
{
    enum verification verification = VERIFICATION_NONE;
    struct node *node = world_host(world, name)->node;
    struct node_info info;
    node_info(node, &info);
    struct message_query query = {.group = info.workspace};
    CHECK_OK(node_messages(node, &query, note, &verification));
    host_end_read(world_host(world, name));
    return verification;
}

static void it_survives_restarts_and_locks_and_goes_to_nobody(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob", "carol"));
    struct sign_public bob = device_of(&world, "bob");
    assert_int_equal(seen(&world, "alice", "bob"), VERIFICATION_NONE);
    CHECK_OK(verify(&world, "alice", &bob, false));
    CHECK_OK(world_say(&world, "bob", "it is me"));
    world_settle(&world);
    assert_int_equal(seen(&world, "alice", "bob"), VERIFICATION_VERIFIED);
    assert_int_equal(of_last_message(&world, "alice"), VERIFICATION_VERIFIED);
    assert_int_equal(of_last_message(&world, "bob"), VERIFICATION_SELF);
    assert_int_equal(of_last_message(&world, "carol"), VERIFICATION_NONE);
    assert_int_equal(seen(&world, "alice", "carol"), VERIFICATION_NONE);

    world_restart(&world, "alice");
    assert_int_equal(seen(&world, "alice", "bob"), VERIFICATION_VERIFIED);
    world_lock(&world, "alice");
    assert_int_equal(seen(&world, "alice", "bob"), VERIFICATION_NONE);
    world_unlock(&world, "alice");
    assert_int_equal(seen(&world, "alice", "bob"), VERIFICATION_VERIFIED);

    CHECK_OK(verify(&world, "alice", &bob, true));
    CHECK_ERROR(verify(&world, "alice", &bob, true), ERR_NOT_FOUND);
    world_restart(&world, "alice");
    assert_int_equal(seen(&world, "alice", "bob"), VERIFICATION_NONE);
    end_story(&world);
}

static void only_members_other_than_oneself_can_be_verified(void **state)
{
    static const struct sign_public nobody = {{1, 2, 3}};
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", NULL);
    struct sign_public alice = device_of(&world, "alice");
    CHECK_ERROR(verify(&world, "alice", &alice, false), ERR_USAGE);
    CHECK_ERROR(verify(&world, "alice", &nobody, false), ERR_NOT_FOUND);
    world_add(&world, "outsider");
    CHECK_ERROR(verify(&world, "outsider", &alice, false), ERR_NO_WORKSPACE);
    end_story(&world);
}

/* What could not be stored does not hold. */
static void a_failed_commit_takes_it_back(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 3, "alice", GUESTS("bob"));
    struct sign_public bob = device_of(&world, "bob");
    world_host(&world, "alice")->fail_commits = 1;
    world_host(&world, "alice")->fail_with = ERR_DISK;
    CHECK_ERROR(verify(&world, "alice", &bob, false), ERR_DISK);
    assert_int_equal(seen(&world, "alice", "bob"), VERIFICATION_NONE);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_survives_restarts_and_locks_and_goes_to_nobody),
        cmocka_unit_test(only_members_other_than_oneself_can_be_verified),
        cmocka_unit_test(a_failed_commit_takes_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
