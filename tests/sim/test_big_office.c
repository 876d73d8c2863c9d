/* SPDX-License-Identifier: MIT
 * Offices of more people than a link to each would bear.  Without arguments: 56 people, in seconds.
 * `sim_test_big_office 200` measures and prints a row of the table in tests/bench/README.md; so does 1000, in minutes.
 */
#include "roots.h"

#define PAYLOAD 16000u /* bytes of the message whose ways are counted: idle traffic is small beside it */
#define PATIENCE_US 120000000u
#define COLUMNS "people  power-on s  links mean/most  idle B/s mean/most  message ms  payloads/node  healed s"

struct office_run {
    struct world world;
    size_t people;
    double power_on_s, links_mean, idle_mean, payloads, message_ms, healed_s;
    size_t links_most;
    double idle_most;
};

/* ---------------------------------------------------------------- an office */

static void name_of(size_t index, char name[24])
{
    snprintf(name, 24, "p%zu", index);
}

/* They join one after the other and switch off, so that this takes little time. */
static void hire(struct world *world, size_t people, uint64_t seed)
{
    char name[24];
    world_init(world, seed);
    world->mdns = false;
    name_of(0, name);
    world_add(world, name);
    CHECK_OK(world_found(world, name, "Office"));
    for (size_t i = 1; i < people; i++) {
        struct command join = {.type = COMMAND_JOIN, .address_count = 1, .addresses = {world->hosts[0]->address}};
        struct asked asked;
        CHECK_OK(world_invite(world, "p0", &join.code));
        name_of(i, name);
        world_add(world, name);
        CHECK_OK(world_command(world, name, &join, 30000, &asked));
        world_crash(world, name, false);
    }
    world_run(world, 20000); /* until the first one knows that they are gone */
    CHECK_HOLDS(world);
}

/* Everyone remembers but one address: where they joined. */
static void power_on(struct world *world, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (!world->hosts[i]->running)
            host_start(world->hosts[i]);
}

static size_t links_of(const struct host *host)
{
    struct node_info info;
    node_info(host->node, &info);
    return info.links;
}

static size_t online_for(const struct host *host)
{
    struct node_person person;
    size_t online = 0;
    for (size_t i = 0; node_person_at(host->node, 1, i, &person); i++)
        online += person.online && !person.self;
    return online;
}

static size_t running(const struct world *world)
{
    size_t count = 0;
    for (size_t i = 0; i < world->host_count; i++)
        count += world->hosts[i]->running;
    return count;
}

static bool all_see_all(struct world *world)
{
    size_t others = running(world) - 1;
    for (size_t i = 0; i < world->host_count; i++)
        if (world->hosts[i]->running && online_for(world->hosts[i]) != others)
            return false;
    return true;
}

static bool has_linked_to_all(struct world *world)
{
    size_t others = running(world) - 1;
    for (size_t i = 0; i < world->host_count; i++)
        if (world->hosts[i]->running && links_of(world->hosts[i]) < others)
            return false;
    return true;
}

static bool is_sparse(struct world *world)
{
    for (size_t i = 0; i < world->host_count; i++)
        if (world->hosts[i]->running && links_of(world->hosts[i]) > 30)
            return false;
    return true;
}

static uint64_t entries_of(const struct host *host)
{
    struct node_info info;
    node_info(host->node, &info);
    return info.entries;
}

static bool have_same_count(struct world *world)
{
    uint64_t entries = 0;
    for (size_t i = 0; i < world->host_count; i++) {
        if (!world->hosts[i]->running)
            continue;
        uint64_t its = world->hosts[i]->queue_count ? 0 : entries_of(world->hosts[i]);
        if (its == 0 || (entries && its != entries))
            return false;
        entries = its;
    }
    return true;
}

static bool is_calm(struct world *world)
{
    return all_see_all(world) && is_sparse(world) && have_same_count(world);
}

/* Virtual seconds until it came true, looked at every `step_ms`. */
static double seconds_until(struct world *world, world_predicate predicate, uint64_t step_ms)
{
    uint64_t began_us = world->now_us;
    while (!world->failure[0] && !predicate(world)) {
        world_run(world, step_ms);
        if (world->now_us - began_us > PATIENCE_US)
            world_fail(world, "what was waited for did not come true");
    }
    CHECK_HOLDS(world);
    return (double)(world->now_us - began_us) / 1e6;
}

/* ---------------------------------------------------------------- measuring */

static size_t bytes_of(const struct world *world, const struct host *host, bool received)
{
    size_t bytes = 0;
    for (size_t i = 0; i < world->cable_count; i++)
        for (int side = 0; side < 2; side++)
            if (world->cables[i]->ends[received ? !side : side].host == host)
                bytes += world->cables[i]->ends[side].sent;
    return bytes;
}

static void count_links(struct office_run *run)
{
    size_t sum = 0;
    for (size_t i = 0; i < run->people; i++) {
        size_t links = links_of(run->world.hosts[i]);
        sum += links;
        run->links_most = links > run->links_most ? links : run->links_most;
    }
    run->links_mean = (double)sum / (double)run->people;
}

static void idle(struct office_run *run, unsigned seconds)
{
    struct world *world = &run->world;
    size_t *before = calloc(run->people, sizeof *before);
    uint64_t sent = world->bytes_sent;
    for (size_t i = 0; i < run->people; i++)
        before[i] = bytes_of(world, world->hosts[i], false) + bytes_of(world, world->hosts[i], true);
    world_run(world, 1000u * seconds);
    run->idle_mean = 2.0 * (double)(world->bytes_sent - sent) / (double)run->people / seconds;
    for (size_t i = 0; i < run->people; i++) {
        size_t after = bytes_of(world, world->hosts[i], false) + bytes_of(world, world->hosts[i], true);
        double rate = (double)(after - before[i]) / seconds;
        run->idle_most = rate > run->idle_most ? rate : run->idle_most;
    }
    free(before);
}

static void say(struct world *world, size_t index)
{
    static char text[PAYLOAD + 1];
    char name[24];
    memset(text, 'x', PAYLOAD);
    name_of(index, name);
    CHECK_OK(world_say(world, name, text));
}

/* The first one writes a log's first entries: LOG and the epoch's key come with it.  The second is measured. */
static void one_message(struct office_run *run)
{
    struct world *world = &run->world;
    say(world, run->people / 2);
    seconds_until(world, have_same_count, 100);
    world_run(world, 3000);
    uint64_t sent = world->bytes_sent;
    say(world, run->people / 2);
    run->message_ms = 1000 * seconds_until(world, have_same_count, 1);
    world_run(world, 1000);
    double seconds = 1 + run->message_ms / 1000;
    double bytes = (double)(world->bytes_sent - sent) - run->idle_mean / 2 * (double)run->people * seconds;
    run->payloads = bytes / PAYLOAD / (double)(run->people - 1);
}

static void split(struct world *world)
{
    for (size_t a = 0; a < world->host_count; a++)
        for (size_t b = 0; b < world->host_count; b++)
            world->cut[a][b] = a % 2 != b % 2;
}

static void halves(struct office_run *run)
{
    struct world *world = &run->world;
    split(world);
    world_run(world, 40000);
    assert_int_equal(online_for(world->hosts[0]), (run->people + 1) / 2 - 1);
    say(world, 0);
    say(world, 1);
    say(world, 1);
    world_run(world, 5000);
    assert_false(have_same_count(world));
    world_heal(world);
    run->healed_s = seconds_until(world, have_same_count, 100);
    seconds_until(world, is_calm, 200);
}

static void measure(struct office_run *run, size_t people)
{
    run->people = people;
    hire(&run->world, people, people);
    world_restart(&run->world, "p0");
    for (size_t i = 1; i < people; i++) { /* the address that all are told by hand */
        char name[24];
        struct command add = {.type = COMMAND_PEER_ADD, .address_count = 1};
        name_of(i, name);
        host_start(run->world.hosts[i]);
        add.addresses[0] = run->world.hosts[world_below(&run->world, i)]->address;
        world_ask(&run->world, name, &add);
    }
    run->power_on_s = seconds_until(&run->world, is_calm, 200);
    world_run(&run->world, 10000);
    count_links(run);
    idle(run, 30);
    one_message(run);
    halves(run);
}

static void print_row(const struct office_run *run)
{
    printf("%6zu  %10.1f  %10.1f %4zu  %13.0f %5.0f  %10.0f  %13.2f  %8.1f\n", run->people, run->power_on_s,
           run->links_mean, run->links_most, run->idle_mean, run->idle_most, run->message_ms, run->payloads,
           run->healed_s);
}

/* ---------------------------------------------------------------- two who are no neighbours */

static size_t without_link_to_the_first(const struct world *world, size_t from)
{
    for (size_t i = from; i < world->host_count; i++)
        if (!world_links(world, "p0", world->hosts[i]->name))
            return i;
    return 0;
}

/* Nobody else may pass on what they say, so they link for it. */
static void write_to_no_neighbour(struct world *world)
{
    size_t other = without_link_to_the_first(world, 1);
    char name[24], to[25];
    name_of(other, name);
    snprintf(to, sizeof to, "@%s", name);
    assert_int_not_equal(other, 0);
    CHECK_OK(world_say_to(world, "p0", to, "psst"));
    for (int i = 0; i < 100 && !strstr(world_texts_in(world, name, "@p0"), "psst"); i++)
        world_run(world, 100);
    assert_string_equal(world_texts_in(world, name, "@p0"), "p0: psst\n");
    CHECK_HOLDS(world);
}

/* Those who are in a group and the root that looks into it are no neighbours, so they link for it, too. */
static void visit_no_neighbours(struct world *world)
{
    char founder[24], guest[24];
    size_t first = without_link_to_the_first(world, 1), second = without_link_to_the_first(world, first + 1);
    name_of(first, founder);
    name_of(second, guest);
    assert_true(first && second);
    CHECK_OK(create(world, founder, "Board", GUESTS(guest)));
    for (int i = 0; i < 300 && !invitations(world, guest); i++)
        world_run(world, 100);
    CHECK_OK(answer(world, guest, "Board", COMMAND_GROUP_ACCEPT));
    for (int i = 0; i < 300 && members(world, guest, "Board") < 2; i++)
        world_run(world, 100);
    CHECK_OK(enter(world, "p0", "Board"));
    for (int i = 0; i < 300 && members(world, "p0", "Board") < 2; i++)
        world_run(world, 100);
    assert_int_equal(members(world, "p0", "Board"), 2);
    CHECK_OK(set_role(world, "p0", "Board", guest, ROLE_ADMIN));
    for (int i = 0; i < 300 && strcmp(role_word(world, founder, "Board", guest), "admin") != 0; i++)
        world_run(world, 100);
    assert_string_equal(role_word(world, founder, "Board", guest), "admin");
    assert_int_equal(world_texts_in(world, "p0", "Board")[0], '\0');
    CHECK_HOLDS(world);
}

/* ---------------------------------------------------------------- stories */

static void fifty_six_people_need_few_links_and_one_payload_each(void **state)
{
    struct office_run *run = calloc(1, sizeof *run);
    (void)state;
    measure(run, 56);
    print_row(run);
    assert_true(run->links_most <= 22);
    assert_true(run->idle_most <= 2000);
    assert_true(run->payloads <= 1.2);
    assert_true(run->message_ms <= 300);
    assert_true(run->healed_s <= 45);
    write_to_no_neighbour(&run->world);
    visit_no_neighbours(&run->world);
    end_story(&run->world);
    free(run);
}

static void an_office_that_grows_and_shrinks_changes_its_mesh_at_49_and_at_40(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    (void)state;
    hire(world, 52, 7);
    power_on(world, 1, 49); /* 48 others for each */
    seconds_until(world, has_linked_to_all, 200);
    power_on(world, 49, 52);
    seconds_until(world, is_calm, 200);
    for (size_t i = 51; i >= 45; i--)
        host_stop(world->hosts[i], false);
    seconds_until(world, all_see_all, 200);
    world_run(world, 5000);
    assert_true(is_sparse(world)); /* 44 others */
    for (size_t i = 44; i >= 41; i--)
        host_stop(world->hosts[i], true);
    seconds_until(world, has_linked_to_all, 200); /* 40 others */
    end_story(world);
    free(world);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifty_six_people_need_few_links_and_one_payload_each),
        cmocka_unit_test(an_office_that_grows_and_shrinks_changes_its_mesh_at_49_and_at_40),
    };
    puts(COLUMNS);
    if (argc < 2)
        return cmocka_run_group_tests(tests, NULL, NULL);
    struct office_run *run = calloc(1, sizeof *run);
    measure(run, (size_t)strtoul(argv[1], NULL, 10));
    print_row(run);
    world_done(&run->world);
    free(run);
    return 0;
}
