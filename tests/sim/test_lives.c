/* SPDX-License-Identifier: MIT
 * A life can be lived again: the same seed and plan give the same, byte for byte. */
#include "life.h"
#include "story.h"

static uint64_t fingerprint_of(const struct life_plan *plan, uint64_t seed)
{
    struct life_figures figures = {0};
    char failure[200];
    life_run(plan, seed, &figures, failure);
    assert_string_equal(failure, "");
    assert_true(figures.said > 0);
    return figures.fingerprint;
}

static void a_seed_gives_the_same_life_again(void **state)
{
    struct life_plan plan = {.minutes = 1, .troubles = TROUBLES_ALL, .all_of_them = true};
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        assert_int_equal(fingerprint_of(&plan, seed), fingerprint_of(&plan, seed));
}

static void another_seed_or_plan_gives_another_life(void **state)
{
    struct life_plan plan = {.minutes = 1, .troubles = TROUBLES_ALL}, calm = {.minutes = 1};
    (void)state;
    assert_int_not_equal(fingerprint_of(&plan, 1), fingerprint_of(&plan, 2));
    assert_int_not_equal(fingerprint_of(&plan, 1), fingerprint_of(&calm, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_same_life_again),
        cmocka_unit_test(another_seed_or_plan_gives_another_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
