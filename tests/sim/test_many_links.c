/* SPDX-License-Identifier: MIT
 * More connections than an office makes. */
#include "story.h"
#include "stranger.h"

#define LINKS 128

static const struct wire_message ping = {.type = WIRE_PING};

static bool is_told_the_limit(struct stranger *stranger)
{
    struct wire_message bye;
    return stranger_hears(stranger, WIRE_BYE, &bye) && bye.bye.code == BYE_LIMIT;
}

/* As many as there are, and all of them go on saying that they are there. */
static void fill(struct world *world, struct stranger *crowd, size_t count, const struct secret_key *key)
{
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "eve %zu", i);
        stranger_init(&crowd[i], world, name);
        CHECK_OK(stranger_greet(&crowd[i], "alice", key));
        stranger_hello(&crowd[i]);
        for (size_t k = 0; k < i; k++)
            stranger_say(&crowd[k], &ping);
    }
}

static size_t links_of(const struct world *world, const char *name)
{
    struct node_info info;
    node_info(world_host(world, name)->node, &info);
    return info.links;
}

static void the_hundred_and_twenty_ninth_link_is_refused_in_words(void **state)
{
    struct world world;
    struct stranger *crowd = calloc(LINKS + 1, sizeof *crowd);
    (void)state;
    assert_non_null(crowd);
    begin_story(&world, 1, "alice", NULL);
    struct secret_key key = stranger_steal_key(world_host(&world, "alice"));
    fill(&world, crowd, LINKS, &key);
    assert_int_equal(links_of(&world, "alice"), LINKS);
    assert_false(is_told_the_limit(&crowd[LINKS - 1]));

    fill(&world, &crowd[LINKS], 1, &key);
    assert_int_equal(links_of(&world, "alice"), LINKS);
    assert_true(is_told_the_limit(&crowd[LINKS]));

    stranger_dial(&crowd[0], "alice"); /* one leaves, */
    world_run(&world, 100);
    CHECK_OK(stranger_greet(&crowd[LINKS], "alice", &key)); /* so there is room */
    stranger_hello(&crowd[LINKS]);
    assert_int_equal(links_of(&world, "alice"), LINKS);
    assert_false(is_told_the_limit(&crowd[LINKS]));
    for (size_t i = 0; i <= LINKS; i++)
        stranger_done(&crowd[i]);
    free(crowd);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hundred_and_twenty_ninth_link_is_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
