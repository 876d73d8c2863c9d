/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "core/base/alloc.h"
#include "core/base/random.h"
#include "core/peers/mesh.h"
#include <stdlib.h>

#define PEOPLE_MAX 400
#define DEGREE_MAX 24 /* ten of one's own, and those who chose us */

struct office {
    size_t count;
    struct sign_public devices[PEOPLE_MAX];
    bool linked[PEOPLE_MAX][PEOPLE_MAX];
};

static struct office *office_of(struct random *random, size_t count)
{
    struct office *office = alloc_zero(1, sizeof *office);
    office->count = count;
    random_bytes(random, office->devices, count * sizeof *office->devices);
    qsort(office->devices, count, sizeof *office->devices, mesh_compare);
    return office;
}

static void link_all(struct office *office)
{
    bool *chosen = alloc_zero(office->count, sizeof *chosen);
    memset(office->linked, 0, sizeof office->linked);
    for (size_t i = 0; i < office->count; i++) {
        size_t most = 0;
        mesh_choose(office->devices, office->count, &office->devices[i], chosen);
        assert_false(chosen[i]);
        for (size_t j = 0; j < office->count; j++) {
            most += chosen[j];
            if (chosen[j])
                office->linked[i][j] = office->linked[j][i] = true;
        }
        assert_true(most <= MESH_CHOSEN_MAX);
    }
    free(chosen);
}

static size_t degree(const struct office *office, size_t who)
{
    size_t count = 0;
    for (size_t i = 0; i < office->count; i++)
        count += office->linked[who][i];
    return count;
}

static void visit(const struct office *office, size_t who, bool *seen)
{
    seen[who] = true;
    for (size_t i = 0; i < office->count; i++)
        if (office->linked[who][i] && !seen[i])
            visit(office, i, seen);
}

static bool is_connected(const struct office *office)
{
    bool seen[PEOPLE_MAX] = {false};
    size_t count = 0;
    visit(office, 0, seen);
    for (size_t i = 0; i < office->count; i++)
        count += seen[i];
    return count == office->count;
}

static struct random a_random(uint8_t seed)
{
    struct random random = {0};
    const uint8_t bytes[32] = {seed};
    random_stir(&random, bytes);
    return random;
}

static void a_thousand_random_offices_are_connected_by_few_links_each(void **state)
{
    struct random random = a_random(1);
    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct office *office = office_of(&random, 50 + (size_t)random_below(&random, 12));
        link_all(office);
        assert_true(is_connected(office));
        for (size_t j = 0; j < office->count; j++)
            assert_in_range(degree(office, j), MESH_SHORT_WAYS, DEGREE_MAX);
        free(office);
    }
}

static void four_hundred_people_need_no_more_links_each_than_fifty(void **state)
{
    struct random random = a_random(2);
    struct office *office = office_of(&random, PEOPLE_MAX);
    size_t sum = 0;
    (void)state;
    link_all(office);
    assert_true(is_connected(office));
    for (size_t i = 0; i < office->count; i++) {
        assert_true(degree(office, i) <= DEGREE_MAX);
        sum += degree(office, i);
    }
    assert_true(sum <= 12 * office->count);
    free(office);
}

static void the_other_side_computes_the_same_choice(void **state)
{
    struct random random = a_random(3);
    struct office *office = office_of(&random, 120);
    bool chosen[120];
    (void)state;
    for (size_t count = 2; count <= office->count; count += count < 14 ? 1 : 53)
        for (size_t i = 0; i < count; i++) {
            mesh_choose(office->devices, count, &office->devices[i], chosen);
            for (size_t j = 0; j < count; j++)
                assert_int_equal(mesh_chooses(office->devices, count, &office->devices[i], &office->devices[j]),
                                 chosen[j]);
        }
    free(office);
}

static void one_who_looks_from_outside_chooses_as_if_it_were_inside(void **state)
{
    struct random random = a_random(4);
    struct office *office = office_of(&random, 60);
    struct sign_public others[59];
    bool inside[60], outside[59];
    (void)state;
    for (size_t i = 0; i < office->count; i++) {
        memcpy(others, office->devices, i * sizeof *others);
        memcpy(others + i, office->devices + i + 1, (office->count - i - 1) * sizeof *others);
        mesh_choose(office->devices, office->count, &office->devices[i], inside);
        mesh_choose(others, office->count - 1, &office->devices[i], outside);
        for (size_t j = 0; j + 1 < office->count; j++)
            assert_int_equal(outside[j], inside[j < i ? j : j + 1]);
    }
    free(office);
}

/* So nobody else's link is closed because one left, and few are opened. */
static void when_one_leaves_the_links_of_the_others_stay(void **state)
{
    struct random random = a_random(5);
    (void)state;
    for (int round = 0; round < 30; round++) {
        struct office *before = office_of(&random, 80), *after = alloc_zero(1, sizeof *after);
        size_t gone = (size_t)random_below(&random, 80), opened = 0;
        link_all(before);
        after->count = 79;
        memcpy(after->devices, before->devices, gone * sizeof *after->devices);
        memcpy(after->devices + gone, before->devices + gone + 1, (79 - gone) * sizeof *after->devices);
        link_all(after);
        for (size_t i = 0; i < 79; i++)
            for (size_t j = 0; j < i; j++) {
                bool was = before->linked[i < gone ? i : i + 1][j < gone ? j : j + 1];
                assert_false(was && !after->linked[i][j]);
                opened += !was && after->linked[i][j];
            }
        assert_true(opened <= degree(before, gone));
        free(before);
        free(after);
    }
}

static void the_mesh_becomes_sparse_at_49_others_and_full_again_at_40(void **state)
{
    (void)state;
    assert_false(mesh_is_sparse(false, 48));
    assert_true(mesh_is_sparse(false, 49));
    assert_true(mesh_is_sparse(true, 41));
    assert_false(mesh_is_sparse(true, 40));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_random_offices_are_connected_by_few_links_each),
        cmocka_unit_test(four_hundred_people_need_no_more_links_each_than_fifty),
        cmocka_unit_test(the_other_side_computes_the_same_choice),
        cmocka_unit_test(one_who_looks_from_outside_chooses_as_if_it_were_inside),
        cmocka_unit_test(when_one_leaves_the_links_of_the_others_stay),
        cmocka_unit_test(the_mesh_becomes_sparse_at_49_others_and_full_again_at_40),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
