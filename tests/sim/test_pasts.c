/* SPDX-License-Identifier: MIT
 * The vector clocks of many messages, as an export asks for them. */
#include "story.h"

#define ROUNDS 400

struct refs {
    struct {
        uint32_t log;
        uint64_t seq;
    } of[8 * ROUNDS];
    size_t count;
};

static bool keep_ref(void *arg, const struct message *message)
{
    struct refs *refs = arg;
    assert_true(refs->count < sizeof refs->of / sizeof *refs->of);
    refs->of[refs->count].log = message->log_number;
    refs->of[refs->count++].seq = message->ref.seq;
    return true;
}

static void list(struct world *world, const char *name, struct refs *refs)
{
    struct message_query query = {.group = 1};
    refs->count = 0;
    CHECK_OK(node_messages(world_host(world, name)->node, &query, keep_ref, refs));
}

static void append_row(void *arg, const struct hash *log, uint64_t seq)
{
    struct buffer *rows = arg;
    buffer_append(rows, BYTES_OF(log->bytes));
    buffer_append_u64(rows, seq);
}

static void clock_of(struct world *world, const char *name, const struct refs *refs, size_t index, struct buffer *rows)
{
    rows->size = 0;
    CHECK_OK(
        node_message_clock(world_host(world, name)->node, refs->of[index].log, refs->of[index].seq, append_row, rows));
    host_end_read(world_host(world, name));
}

/* All in order; of every 97th what it is. */
static void clocks_in_order(struct world *world, const char *name, const struct refs *refs, struct buffer *ret)
{
    struct buffer rows = {0};
    for (size_t i = 0; i < refs->count; i++) {
        clock_of(world, name, refs, i, &rows);
        if (i % 97 == 0)
            buffer_append(ret, buffer_bytes(&rows));
    }
    buffer_done(&rows);
}

/* The same from scratch, each after a start. */
static void clocks_one_by_one(struct world *world, const char *name, const struct refs *refs, struct buffer *ret)
{
    struct buffer rows = {0};
    for (size_t i = 0; i < refs->count; i += 97) {
        world_restart(world, name);
        clock_of(world, name, refs, i, &rows);
        buffer_append(ret, buffer_bytes(&rows));
    }
    buffer_done(&rows);
}

static struct storage under;
static size_t reads;

static enum error counted_get_entry(void *ctx, uint32_t log, uint64_t seq, struct stored_entry *ret)
{
    reads++;
    return under.get_entry(ctx, log, seq, ret);
}

static void count_reads(struct host *host)
{
    under = host->storage;
    host->storage.get_entry = counted_get_entry;
    reads = 0;
}

/* Three who answer each other and talk past each other by turns. */
static void chat(struct world *world)
{
    const char *const names[] = {"alice", "bob", "carol"};
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 3; i++)
            if (world_below(world, 3))
                world_post(world, names[i], "word");
        world_run(world, world_below(world, 2) ? 50 : 0);
    }
    world_settle(world);
}

static void the_clocks_of_all_messages_cost_a_few_reads_each(void **state)
{
    struct world world;
    static struct refs refs;
    struct buffer in_order = {0}, one_by_one = {0};
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob", "carol"));
    chat(&world);
    CHECK_HOLDS(&world);
    list(&world, "bob", &refs);
    assert_true(refs.count > 2 * ROUNDS);
    count_reads(world_host(&world, "bob"));
    clocks_in_order(&world, "bob", &refs, &in_order);
    print_message("%zu reads for the clocks of %zu messages\n", reads, refs.count);
    assert_true(reads < 6 * refs.count);
    clocks_one_by_one(&world, "bob", &refs, &one_by_one);
    assert_true(in_order.size > 0 && bytes_equal(buffer_bytes(&in_order), buffer_bytes(&one_by_one)));
    buffer_done(&in_order);
    buffer_done(&one_by_one);
    end_story(&world);
}

/* What was remembered while a cause was missing, or before a log forked, must not be told afterwards. */
static void a_clock_is_right_again_when_a_log_has_forked(void **state)
{
    struct world world;
    static struct refs refs;
    struct buffer in_order = {0}, one_by_one = {0};
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob", "carol"));
    world.forks_allowed = true;
    chat(&world);
    struct medium *backup = medium_copy(world_host(&world, "alice")->disk);
    chat(&world);
    list(&world, "bob", &refs);
    clocks_in_order(&world, "bob", &refs, &in_order);
    world_isolate(&world, "alice");
    world_crash(&world, "alice", false);
    medium_free(world_host(&world, "alice")->disk);
    world_host(&world, "alice")->disk = backup;
    world_host(&world, "alice")->rolled_back = true;
    host_start(world_host(&world, "alice"));
    CHECK_OK(world_say(&world, "alice", "forgotten"));
    world_heal(&world);
    world_settle(&world);
    CHECK_OK(world_say(&world, "bob", "what was that?"));
    CHECK_HOLDS(&world);
    list(&world, "bob", &refs);
    clock_of(&world, "bob", &refs, refs.count - 1, &in_order);
    world_restart(&world, "bob");
    clock_of(&world, "bob", &refs, refs.count - 1, &one_by_one);
    assert_true(bytes_equal(buffer_bytes(&in_order), buffer_bytes(&one_by_one)));
    buffer_done(&in_order);
    buffer_done(&one_by_one);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clocks_of_all_messages_cost_a_few_reads_each),
        cmocka_unit_test(a_clock_is_right_again_when_a_log_has_forked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
