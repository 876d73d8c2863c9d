/* SPDX-License-Identifier: MIT
 * A liar who writes so many histories of one log that nobody keeps all of them. */
#include "rogue.h"

#define POINTS 60
#define QUIET_MS 60000
#define QUIET_BYTES_PER_HOST 40000 /* in a minute: digests and signs of life */

/* The next entry behind what `log` holds; of several the number tells them apart. */
static void write_next(struct rogue *rogue, struct forged_log *log, uint64_t number, struct buffer *wire)
{
    write_entry(rogue, log, ENTRY_MESSAGE, BYTES_TEXT("sealed"), now_hlc(rogue) + number, wire);
}

static void begin_lying(struct rogue *rogue, uint64_t seed, struct forged_log *ret)
{
    begin_with_mallory(rogue, seed);
    rogue->world.forks_allowed = true;
    *ret = open_log(rogue, KIND_CONTENT);
}

static void check_quiet(struct world *world)
{
    world_run(world, 30000);
    uint64_t before = world->bytes_sent;
    world_run(world, QUIET_MS);
    uint64_t sent = world->bytes_sent - before;
    if (sent > QUIET_BYTES_PER_HOST * 2)
        fail_msg("%llu bytes in a quiet minute", (unsigned long long)sent);
}

/* Both hold the same rows and say little. */
static void check_converged(struct rogue *rogue)
{
    struct world *world = &rogue->world;
    world_heal(world);
    world_settle(world);
    CHECK_HOLDS(world);
    check_quiet(world);
    assert_true(world_agrees(world));
    world_restart(world, "alice");
    world_restart(world, "bob");
    world_settle(world);
    CHECK_HOLDS(world);
}

/* Only this one hears mallory. */
static void whisper_to(struct rogue *rogue, const char *whom, const struct forged_log *log)
{
    size_t to = world_host(&rogue->world, whom)->index, from = rogue->mallory.host->index;
    rogue->world.cut[from][to] = rogue->world.cut[to][from] = false;
    meet(rogue, whom);
    tell_log(rogue, log);
}

static void isolate_both(struct rogue *rogue)
{
    world_isolate(&rogue->world, "alice");
    world_isolate(&rogue->world, "bob");
}

/* So many with each, all behind the same entry. */
static void tell_many(struct rogue *rogue, const struct forged_log *log, uint64_t count)
{
    struct buffer wire = {0};
    struct forged_log common = *log;
    write_next(rogue, &common, 0, &wire);
    isolate_both(rogue);
    for (uint64_t i = 0; i < 2; i++) {
        whisper_to(rogue, i ? "bob" : "alice", log);
        send_entry(rogue, log, buffer_bytes(&wire));
        for (uint64_t k = 1; k <= count; k++) {
            struct buffer other = {0};
            struct forged_log branch = common;
            write_next(rogue, &branch, 1000 * i + k, &other);
            send_entry(rogue, log, buffer_bytes(&other));
            buffer_done(&other);
        }
        assert_false(stranger_was_left(&rogue->mallory));
    }
    buffer_done(&wire);
}

static void of_more_branches_than_are_kept_all_agree_on_those_shown(void **state)
{
    struct rogue rogue;
    struct forged_log log;
    (void)state;
    begin_lying(&rogue, 1, &log);
    tell_many(&rogue, &log, 60);
    check_converged(&rogue);
    end_with_mallory(&rogue);
}

/* Memory is bounded, so at some point they may part about that log; about nothing else, and without a word. */
static void of_any_number_of_branches_nobody_speaks_for_ever(void **state)
{
    struct rogue rogue;
    struct forged_log log;
    (void)state;
    begin_lying(&rogue, 2, &log);
    tell_many(&rogue, &log, 400);
    world_heal(&rogue.world);
    world_run(&rogue.world, 30000);
    check_quiet(&rogue.world);
    CHECK_OK(world_say(&rogue.world, "alice", "we go on"));
    world_run(&rogue.world, 2000);
    assert_int_equal(world_text_count(&rogue.world, "bob", "we go on"), 1);
    CHECK_HOLDS(&rogue.world);
    stranger_done(&rogue.mallory);
    world_done(&rogue.world);
}

struct point {
    struct forged_log log; /* as it stands behind this entry */
    size_t parent;
    struct buffer wire;
    bool is_told;
};

/* Point 0 is the empty log; mostly the newest go on, so there are branches of branches of branches. */
static void grow(struct rogue *rogue, const struct forged_log *log, struct point points[POINTS])
{
    points[0] = (struct point){.log = *log};
    for (size_t i = 1; i < POINTS; i++) {
        size_t back = i < 3 ? 1 : 1 + (size_t)world_below(&rogue->world, i - 1 < 8 ? i - 1 : 8);
        points[i] = (struct point){.parent = i - back};
        points[i].log = points[i - back].log;
        write_next(rogue, &points[i].log, i, &points[i].wire);
    }
}

/* Some of it, each behind what it follows. */
static void tell_some(struct rogue *rogue, struct point points[POINTS], const char *whom)
{
    whisper_to(rogue, whom, &points[0].log);
    points[0].is_told = true;
    for (size_t i = 1; i < POINTS; i++) {
        points[i].is_told = points[points[i].parent].is_told && (i < 3 || world_below(&rogue->world, 10) < 8);
        if (points[i].is_told)
            send_entry(rogue, &points[0].log, buffer_bytes(&points[i].wire));
    }
    assert_false(stranger_was_left(&rogue->mallory));
}

static void branches_of_branches_of_branches_agree_too(void **state)
{
    static struct point points[POINTS];
    (void)state;
    for (uint64_t seed = 10; seed < 40; seed++) {
        struct rogue rogue;
        struct forged_log log;
        begin_lying(&rogue, seed, &log);
        grow(&rogue, &log, points);
        isolate_both(&rogue);
        tell_some(&rogue, points, "alice");
        tell_some(&rogue, points, "bob");
        for (size_t i = 0; i < POINTS; i++)
            buffer_done(&points[i].wire);
        check_converged(&rogue);
        end_with_mallory(&rogue);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_more_branches_than_are_kept_all_agree_on_those_shown),
        cmocka_unit_test(of_any_number_of_branches_nobody_speaks_for_ever),
        cmocka_unit_test(branches_of_branches_of_branches_agree_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
