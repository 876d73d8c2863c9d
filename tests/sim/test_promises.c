/* SPDX-License-Identifier: MIT
 * A member who promises what she does not give: nobody waits for her longer than he must. */
#include "core/members/groups.h"
#include "rogue.h"

struct promise {
    enum log_kind kind;
    struct buffer *rows;
};

static bool promise_more(void *arg, const struct log_row *row)
{
    struct dep dep = {.seq = row->head_seq + 40, .id = "unseen"};
    log_row_id(row, &dep.log);
    const struct promise *promise = arg;
    if (row->name.kind == promise->kind)
        dep_append(&dep, promise->rows);
    return true;
}

/* Promises more of each log, and takes back the promises that she is asked for, but for one: never silent, never done.
 * `kept`: the one that she never takes back. */
static void make_promises(struct rogue *rogue, const char *whom, enum log_kind kind, const struct hash *kept)
{
    const struct storage *storage = &world_host(&rogue->world, whom)->storage;
    struct buffer rows = {0};
    struct promise promise = {kind, &rows};
    struct wire_message want, have = {.type = WIRE_HAVE, .have = {.group = rogue->group, .kind = kind}};
    while (stranger_hears(&rogue->mallory, WIRE_WANT, &want))
        for (size_t at = 0; at < want.want.rows.size; at += WANT_ROW_SIZE) {
            struct wire_message end = {.type = WIRE_END, .end = {.reason = END_DONE}};
            memcpy(end.end.log.bytes, want.want.rows.data + at, sizeof end.end.log.bytes);
            if (memcmp(&end.end.log, kept, sizeof *kept) != 0)
                stranger_say(&rogue->mallory, &end);
        }
    CHECK_OK(storage->begin(storage->ctx));
    CHECK_OK(storage->each_log(storage->ctx, promise_more, &promise));
    storage->end(storage->ctx);
    have.have.flags = HAVE_FLAG_LAST;
    have.have.rows = buffer_bytes(&rows);
    stranger_say(&rogue->mallory, &have);
    buffer_done(&rows);
}

static void check_news_come(struct rogue *rogue, enum log_kind kind, const struct hash *kept)
{
    world_cut(&rogue->world, "alice", "bob");
    meet(rogue, "bob");
    for (int s = 0; s < 60; s++) {
        make_promises(rogue, "bob", kind, kept);
        world_run(&rogue->world, 1000);
        if (s == 10) {
            CHECK_OK(world_say(&rogue->world, "alice", "news"));
            world_heal(&rogue->world);
        }
    }
    assert_false(stranger_was_left(&rogue->mallory));
    assert_int_equal(world_text_count(&rogue->world, "bob", "news"), 1);
    end_with_mallory(rogue);
}

static void governance_that_is_only_promised_holds_up_no_content(void **state)
{
    struct rogue rogue = {0};
    struct hash root;
    struct log_name name = {.kind = KIND_GOVERNANCE};
    (void)state;
    begin_with_mallory(&rogue, 13);
    name.group = rogue.group;
    name.device = stranger_steal_root(world_host(&rogue.world, "bob"));
    log_name_id(&name, &root);
    check_news_come(&rogue, KIND_GOVERNANCE, &root);
}

static void a_log_that_is_kept_back_is_asked_of_another(void **state)
{
    struct rogue rogue = {0};
    struct message_ref message;
    (void)state;
    begin_with_mallory(&rogue, 14);
    CHECK_OK(world_say(&rogue.world, "bob", "hello"));
    CHECK_OK(world_say_more(&rogue.world, "alice", &(struct saying){.text = "hello"}, &message));
    world_settle(&rogue.world);
    check_news_come(&rogue, KIND_CONTENT, &message.log);
}

/* What alice wrote of the keys of her chat with bob. */
static struct hash key_log_of_alice(const struct rogue *rogue)
{
    const struct node *node = world_host(&rogue->world, "alice")->node;
    for (size_t i = 0; i < node->log_count; i++)
        if (node->logs[i]->group->kind == GROUP_DIRECT && node->logs[i]->kind == KIND_GOVERNANCE)
            return node->logs[i]->id;
    fail_msg("alice has no key");
    return (struct hash){{0}};
}

/* She was first to speak of it, and keeps her other promises. */
static void nobody_hides_a_log_by_saying_that_it_belongs_elsewhere(void **state)
{
    struct rogue rogue = {0};
    (void)state;
    begin_with_mallory(&rogue, 15);
    world_cut(&rogue.world, "alice", "bob");
    world_run(&rogue.world, 9000);
    CHECK_OK(world_say_to(&rogue.world, "alice", "@bob", "between us"));
    const struct hash log = key_log_of_alice(&rogue);
    meet(&rogue, "bob");
    claim(&rogue, KIND_GOVERNANCE, &log, 5);
    world_run(&rogue.world, 1000);
    world_heal(&rogue.world);
    for (int s = 0; s < 40; s++) {
        make_promises(&rogue, "bob", KIND_GOVERNANCE, &log);
        world_run(&rogue.world, 1000);
    }
    assert_false(stranger_was_left(&rogue.mallory));
    assert_string_equal(world_texts_in(&rogue.world, "bob", "@alice"), "alice: between us\n");
    end_with_mallory(&rogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(governance_that_is_only_promised_holds_up_no_content),
        cmocka_unit_test(a_log_that_is_kept_back_is_asked_of_another),
        cmocka_unit_test(nobody_hides_a_log_by_saying_that_it_belongs_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
