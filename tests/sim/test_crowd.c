/* SPDX-License-Identifier: MIT
 * Where many write at once, what an author says on his own link is shown at once and proven a little later. */
#include "life.h"
#include "story.h"

#include "core/link/link.h"
#include "core/log/intake.h"
#include "core/log/logs.h"

#define COMPUTERS 6
#define EACH 200

static const char *const names[COMPUTERS] = {"alice", "bob", "carol", "dave", "erin", "frank"};

static void begin_crowd(struct world *world, uint64_t seed)
{
    begin_story(world, seed, "alice", GUESTS("bob", "carol", "dave", "erin", "frank"));
    for (size_t i = 0; i < COMPUTERS; i++) /* everybody's first message opens his log */
        CHECK_OK(world_say(world, names[i], "here"));
    world_settle(world);
}

/* One of them says something, each in turn. */
static void say_next(struct world *world, size_t number)
{
    char text[32];
    snprintf(text, sizeof text, "number %zu", number);
    world_post(world, names[number % COMPUTERS], text);
    world_run(world, 1);
}

/* Where something of somebody waits at Alice's. */
static struct link *waiting(const struct world *world)
{
    const struct node *node = world_host(world, "alice")->node;
    for (size_t i = 0; i < node->link_count; i++)
        if (node->links[i]->intake.told)
            return node->links[i];
    return NULL;
}

static struct link *talk_until_one_waits(struct world *world, size_t *number)
{
    while (!waiting(world) && *number < COMPUTERS * EACH)
        say_next(world, (*number)++);
    struct link *link = waiting(world);
    assert_non_null(link);
    return link;
}

/* How many of her entries have a signature that Alice has checked. */
static size_t count_checked(const struct world *world, size_t *ret_all)
{
    const struct node *node = world_host(world, "alice")->node;
    const struct storage *storage = node->storage;
    struct stored_entry stored;
    size_t checked = 0;
    CHECK_OK(storage->begin(storage->ctx));
    *ret_all = 0;
    for (size_t i = 0; i < node->log_count; i++) {
        const struct log *log = node->logs[i];
        for (uint64_t seq = 1; log->kind == KIND_CONTENT && !log->own && seq <= log->row.head_seq; seq++) {
            CHECK_OK(storage->get_entry(storage->ctx, log->row.number, seq, &stored));
            checked += stored.flags & ENTRY_FLAG_CHECKED;
            ++*ret_all;
        }
    }
    storage->end(storage->ctx);
    return checked;
}

static void one_signature_serves_what_came_within_a_moment(void **state)
{
    struct world world;
    size_t all;
    (void)state;
    begin_crowd(&world, 1);
    for (size_t i = 0; i < COMPUTERS * EACH; i++)
        say_next(&world, i);
    world_run(&world, 150);
    assert_null(waiting(&world));
    world_settle(&world);
    size_t checked = count_checked(&world, &all);
    assert_true(all >= (COMPUTERS - 1) * EACH);
    assert_true(checked < all / 4);
    end_story(&world);
}

static void few_are_checked_and_acknowledged_at_once(void **state)
{
    struct world world;
    (void)state;
    begin_crowd(&world, 2);
    for (size_t i = 0; i < 40; i++) {
        world_post(&world, names[i % 2 + 1], "only two of us");
        world_run(&world, 1);
        assert_null(waiting(&world));
    }
    end_story(&world);
}

static void what_waits_is_shown_and_in_no_list(void **state)
{
    struct world world;
    struct message message;
    size_t number = 0;
    (void)state;
    begin_crowd(&world, 3);
    const struct link *link = talk_until_one_waits(&world, &number);
    const struct intake_item item = link->intake.items[0];
    struct node *node = world_host(&world, "alice")->node;
    CHECK_OK(node_message(node, item.log->row.number, item.seq, &message));
    assert_int_equal(message.state, MESSAGE_READABLE);
    assert_int_equal(strncmp((const char *)message.text.data, "number ", 7), 0);
    assert_true(item.log->row.head_seq < item.seq);
    world_run(&world, 150);
    assert_true(item.log->row.head_seq >= item.seq);
    end_story(&world);
}

static void who_answers_cites_what_was_shown(void **state)
{
    struct world world;
    struct message_ref ref;
    size_t number = 0;
    (void)state;
    begin_crowd(&world, 4);
    struct link *link = talk_until_one_waits(&world, &number);
    const struct intake_item item = link->intake.items[0];
    const struct saying answer = {.text = "quick", .reply_to = {item.log->id, item.seq}};
    CHECK_OK(world_say_more(&world, "alice", &answer, &ref));
    assert_true(item.log->row.head_seq >= item.seq);
    world_settle(&world);
    end_story(&world);
}

/* As if its author had signed it wrongly. */
static void spoil_signature(struct link *link)
{
    const struct intake_item *item = &link->intake.items[link->intake.told - 1];
    struct bytes wire = {link->intake.arena.data + item->at, item->size};
    struct entry entry;
    CHECK_OK(entry_decode(wire, &entry));
    link->intake.arena.data[item->at + item->size - entry.payload.size - 1] ^= 1;
}

static void what_its_author_did_not_sign_goes_with_his_link(void **state)
{
    struct world world;
    size_t number = 0;
    (void)state;
    begin_crowd(&world, 5);
    struct link *link = talk_until_one_waits(&world, &number);
    const struct intake_item item = link->intake.items[link->intake.told - 1];
    const uint64_t id = link->id, stored = item.log->row.head_seq;
    const struct sign_public author = link->device;
    const struct node *node = world_host(&world, "alice")->node;
    spoil_signature(link);
    for (uint64_t ms = 0; ms < 150 && link_find(node, id); ms++)
        world_run(&world, 1);
    assert_null(link_find(node, id));
    assert_null(link_to(node, &author));
    assert_true(item.log->row.head_seq < item.seq);
    assert_true(item.log->row.head_seq >= stored);
    world_settle(&world); /* his program is right after all */
    assert_true(item.log->row.head_seq >= item.seq);
    end_story(&world);
}

static void who_goes_in_the_middle_leaves_what_was_shown(void **state)
{
    struct world world;
    size_t number = 0;
    (void)state;
    begin_crowd(&world, 6);
    struct link *link = talk_until_one_waits(&world, &number);
    const struct intake_item item = link->intake.items[link->intake.told - 1];
    const uint64_t id = link->id;
    const struct node *node = world_host(&world, "alice")->node;
    struct event down = {.type = EVENT_LINK_DOWN, .link = id};
    host_step(world_host(&world, "alice"), &down);
    assert_null(link_find(node, id));
    assert_true(item.log->row.head_seq >= item.seq);
    world_settle(&world);
    end_story(&world);
}

/* Among random people too, and somebody among them does not sign what she says. */
static void crowds_of_random_lives_are_as_thick(void **state)
{
    struct life_plan plan = {.nodes = 6,
                             .minutes = 3,
                             .troubles = TROUBLE_BIT(TROUBLE_CROWDS) | TROUBLE_BIT(TROUBLE_ACTORS),
                             .all_of_them = true};
    struct life_figures figures = {.virtual_ms = 0};
    char failure[200];
    (void)state;
    for (uint64_t seed = 1; seed <= 60 && !(figures.tally.unproven && figures.tally.unsigned_shouts); seed++)
        if (!life_run(&plan, seed, &figures, failure))
            fail_msg("%s", failure);
    assert_true(figures.tally.unproven > 0);
    assert_true(figures.tally.unsigned_shouts > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_signature_serves_what_came_within_a_moment),
        cmocka_unit_test(few_are_checked_and_acknowledged_at_once),
        cmocka_unit_test(what_waits_is_shown_and_in_no_list),
        cmocka_unit_test(who_answers_cites_what_was_shown),
        cmocka_unit_test(what_its_author_did_not_sign_goes_with_his_link),
        cmocka_unit_test(who_goes_in_the_middle_leaves_what_was_shown),
        cmocka_unit_test(crowds_of_random_lives_are_as_thick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
