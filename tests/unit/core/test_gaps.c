/* SPDX-License-Identifier: MIT
 * Which payloads are missing is kept exactly, in bounded room, however they are scattered. */
#include "check.h"

#include "core/log/gaps.h"

#include <stdlib.h>

struct scene {
    struct node *node;
    struct log log, other;
};

static struct scene make_scene(void)
{
    return (struct scene){.node = calloc(1, sizeof(struct node))};
}

static void scene_done(struct scene *scene)
{
    gaps_forget(scene->node);
    free(scene->node);
}

static void a_run_is_one_range_and_two_logs_have_their_own(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    for (uint64_t seq = 10; seq < 1000; seq++) {
        gaps_note(scene.node, &scene.log, seq);
        if (seq % 100 == 0)
            gaps_note(scene.node, &scene.other, seq / 100);
    }
    assert_int_equal(scene.node->missing.count, 2);
    assert_int_equal(scene.log.payloads_missing, 990);
    assert_int_equal(scene.other.payloads_missing, 9);
    assert_null(gaps_find(scene.node, &scene.log, 9));
    assert_null(gaps_find(scene.node, &scene.log, 1000));
    assert_non_null(gaps_find(scene.node, &scene.other, 9));
    scene_done(&scene);
}

static void what_was_asked_for_is_not_made_longer(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    gaps_note(scene.node, &scene.log, 1);
    gaps_find(scene.node, &scene.log, 1)->asked = true;
    gaps_note(scene.node, &scene.log, 2);
    assert_int_equal(scene.node->missing.count, 2);
    assert_true(scene.node->missing.gaps[0].serial < scene.node->missing.gaps[1].serial);
    scene_done(&scene);
}

static void scattered_ones_take_bounded_room_and_are_all_found(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    const uint64_t count = 10000, step = 1000;
    for (uint64_t i = 1; i <= count; i++)
        gaps_note(scene.node, &scene.log, i * step);
    gaps_note(scene.node, &scene.other, 1); /* a log of which nothing was missing */
    assert_in_range(scene.node->missing.count, 1, 4097);
    assert_int_equal(scene.log.payloads_missing, count);
    for (uint64_t i = count; i > 0; i--) {
        struct gap *gap = gaps_find(scene.node, &scene.log, i * step);
        assert_non_null(gap);
        gaps_fill(scene.node, gap, i * step);
    }
    assert_int_equal(scene.log.payloads_missing, 0);
    assert_int_equal(scene.other.payloads_missing, 1);
    for (size_t i = 0; i < scene.node->missing.count; i++)
        assert_int_equal(scene.node->missing.gaps[i].count, scene.node->missing.gaps[i].log == &scene.other);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_one_range_and_two_logs_have_their_own),
        cmocka_unit_test(what_was_asked_for_is_not_made_longer),
        cmocka_unit_test(scattered_ones_take_bounded_room_and_are_all_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
