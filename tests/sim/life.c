/* SPDX-License-Identifier: MIT */
#include "life.h"

#include "accidents.h"
#include "actor.h"
#include "autopsy.h"
#include "check.h"
#include "core/base/alloc.h"
#include "tally.h"
#include <stdio.h>
#include <stdlib.h>

#define MOMENT_MS 1000
#define REST_MS 10000
#define DRIFT_PPM 200

const char *const trouble_names[TROUBLE_COUNT] = {"lines",  "partitions", "discovery", "power",    "disks",   "copies",
                                                  "clocks", "actors",     "locks",     "removals", "offices", "crowds"};

bool life_one_in(struct life *life, uint64_t bound)
{
    return world_below(&life->world, bound) == 0;
}

struct resident *life_anybody(struct life *life)
{
    return &life->people[world_below(&life->world, life->people_count)];
}

bool life_has_workspace(const struct host *host)
{
    struct node_info info = {0};
    if (host->node)
        node_info(host->node, &info);
    return info.has_workspace;
}

/* ---------------------------------------------------------------- from the first day to the last */

/* Half of the lives meet everything that they may, the others a few kinds of it. */
static unsigned draw_troubles(struct life *life)
{
    unsigned some = (unsigned)world_below(&life->world, TROUBLES_ALL + 1);
    bool all = life_one_in(life, 2) || life->plan->all_of_them;
    return life->plan->troubles & (all ? TROUBLES_ALL : some);
}

static void tell_troubles(const struct life *life)
{
    for (size_t i = 0; i < TROUBLE_COUNT; i++)
        if (life->troubles & TROUBLE_BIT(i))
            fprintf(stderr, "%s ", trouble_names[i]);
    fprintf(stderr, "\n");
}

static void move_in(struct life *life, size_t count)
{
    static const char *const names[] = {"alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"};
    char name[32];
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s%.0zu", names[i % 8], i / 8);
        struct host *host = world_add(&life->world, name);
        life->people[life->people_count++] = (struct resident){.host = host, .free_disk = host->free_disk};
    }
}

static void set_clocks_drifting(struct life *life)
{
    for (size_t i = 0; i < life->people_count; i++)
        life->people[i].host->drift_ppm = (int64_t)world_below(&life->world, 2 * DRIFT_PPM + 1) - DRIFT_PPM;
}

static void go_on_acting(struct world *world)
{
    actors_answer((struct life *)world); /* whose first member it is */
}

static void begin(struct life *life, uint64_t seed)
{
    struct world *world = &life->world;
    world_init(world, seed);
    if (life->plan->medium)
        world->medium = life->plan->medium;
    world->echo = seed % 2;
    world->tapped = true;
    world->meanwhile = go_on_acting;
    life->troubles = draw_troubles(life);
    life->busy = life_one_in(life, 10);
    if (world->loud)
        tell_troubles(life);
    size_t nodes = life->plan->nodes ? life->plan->nodes : 3 + world_below(world, 6);
    move_in(life, nodes);
    if (life->troubles & TROUBLE_BIT(TROUBLE_ACTORS))
        actors_begin(life);
    if (life->troubles & TROUBLE_BIT(TROUBLE_CLOCKS))
        set_clocks_drifting(life);
    enum error err = world_found(world, life->people[0].host->name, "Office");
    if (err)
        world_fail(world, "no workspace: %s", error_code(err));
}

static void live_a_moment(struct life *life)
{
    struct world *world = &life->world;
    size_t recent = world->asked_count < 200 ? world->asked_count : 200;
    world_run(world, world_below(world, life->busy ? MOMENT_MS / 3 : MOMENT_MS));
    for (int i = 0; i < 3; i++)
        check_receipt(world, world->asked[world->asked_count - 1 - world_below(world, recent)]);
    if (life_one_in(life, 2))
        life_chat(life);
    if (life_one_in(life, 2))
        life_let_in(life);
    if (life_one_in(life, 20))
        life_gather(life);
    if (life_one_in(life, 4))
        life_answer(life);
    accidents_happen(life);
}

/* Nobody is sent what he has. */
static void check_thrift(struct life *life)
{
    const struct world *world = &life->world;
    uint64_t sent = 0, gained = 0, lost = 0;
    for (size_t i = 0; i < world->host_count; i++) {
        sent += world->hosts[i]->payload_sent;
        gained += world->hosts[i]->payload_gained;
        lost += world->hosts[i]->payload_lost;
    }
    bool breaks = life->troubles &
                  (TROUBLE_BIT(TROUBLE_LINES) | TROUBLE_BIT(TROUBLE_PARTITIONS) | TROUBLE_BIT(TROUBLE_DISCOVERY));
    uint64_t slack = world->host_count * (breaks ? LIFE_THRIFT_SLACK_LINES : LIFE_THRIFT_SLACK);
    uint64_t most = (gained + lost) * LIFE_THRIFT / 100 + slack;
    if (sent > most)
        world_fail(&life->world, "%llu bytes of entries were sent, %llu were missing, and %llu not kept",
                   (unsigned long long)sent, (unsigned long long)gained, (unsigned long long)lost);
}

static void add_up(const struct life *life, struct life_figures *figures)
{
    const struct world *world = &life->world;
    for (size_t i = 0; i < world->host_count; i++) {
        const struct host *host = world->hosts[i];
        figures->entries_taken += host->entries_taken;
        figures->payload_sent += host->payload_sent;
        figures->payload_lost += host->payload_lost;
        figures->payload_gained += host->payload_gained;
        figures->members += host->entries_taken > 0;
        figures->starts += host->boot / 2;
    }
    tally_lives(life, &figures->tally);
    figures->virtual_ms += world->now_us / 1000;
    figures->said += life->said;
    figures->rolled_back += life->rolled_back;
    figures->cloned += life->cloned;
    figures->visits += life->visits;
    figures->removed += life->removed;
    figures->fingerprint = figures->fingerprint * 31 + world->fingerprint;
}

static void end(struct life *life)
{
    for (size_t i = 0; i < life->people_count; i++)
        medium_free(life->people[i].backup);
    actors_end(life);
    world_done(&life->world);
    free(life);
}

bool life_run(const struct life_plan *plan, uint64_t seed, struct life_figures *figures, char ret_failure[200])
{
    struct life *life = alloc_zero(1, sizeof *life);
    life->plan = plan;
    begin(life, seed);
    while (!life->world.failure[0] && life->world.now_us < plan->minutes * 60000000)
        live_a_moment(life);
    accidents_end(life);
    world_settle(&life->world);
    world_check_end(&life->world);
    check_thrift(life);
    world_run(&life->world, REST_MS); /* in which whoever missed a key is given it */
    check_secrets(&life->world);
    for (size_t i = 0; i < life->people_count; i++)
        check_at_rest(life->people[i].host);
    memcpy(ret_failure, life->world.failure, sizeof life->world.failure);
    if (ret_failure[0] && life->world.loud)
        autopsy(&life->world);
    add_up(life, figures);
    end(life);
    return !ret_failure[0];
}
