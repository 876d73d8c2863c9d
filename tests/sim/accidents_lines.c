/* SPDX-License-Identifier: MIT
 * Lines and partitions. */
#include "accidents.h"

#define STALL_MOST_MS 20000
#define CLOG_MOST_MS 15000

/* ---------------------------------------------------------------- lines */

static void change_weather(struct life *life)
{
    struct weather *weather = &life->world.weather;
    struct world *world = &life->world;
    weather->resets_per_million = life_one_in(life, 3) ? world_below(world, 20000) : 0;
    weather->segment_max = life_one_in(life, 4) ? 1 + world_below(world, 200) : 0;
    weather->delay_us = 100 + world_below(world, life_one_in(life, 4) ? 100000 : 1000);
    weather->jitter_us = world_below(world, life_one_in(life, 4) ? 300000 : 2000);
    weather->bytes_per_ms = life_one_in(life, 4) ? 10 + world_below(world, 200) : 50000;
}

/* A line that stands at both ends; NULL: none was found.  *ret_side is one end of it. */
static struct cable *some_line(struct life *life, int *ret_side)
{
    const struct host *host = life_anybody(life)->host;
    if (!host->cable_count)
        return NULL;
    const struct host_cable *end = &host->cables[world_below(&life->world, host->cable_count)];
    *ret_side = end->side;
    bool open = end->cable->ends[0].state == END_OPEN && end->cable->ends[1].state == END_OPEN;
    return open ? end->cable : NULL;
}

void accident_lines(struct life *life)
{
    struct world *world = &life->world;
    int side;
    struct cable *cable = some_line(life, &side);
    uint64_t what = world_below(world, 6);
    if (what < 2 || !cable) {
        change_weather(life);
        return;
    }
    switch (what) {
    case 2:
        cable_reset(cable);
        return;
    case 3:
        cable_lose(cable, side);
        return;
    default:
        cable_stall(cable, side, world->now_us + world_below(world, STALL_MOST_MS) * 1000);
        return;
    }
}

/* ---------------------------------------------------------------- partitions */

static void halve(struct life *life)
{
    struct world *world = &life->world;
    bool here[WORLD_HOSTS_MAX];
    for (size_t i = 0; i < world->host_count; i++)
        here[i] = life_one_in(life, 2);
    for (size_t i = 0; i < world->host_count; i++)
        for (size_t j = 0; j < world->host_count; j++)
            world->cut[i][j] = here[i] != here[j];
}

/* Each hears its two neighbours only. */
static void form_ring(struct world *world)
{
    size_t count = world->host_count;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            world->cut[i][j] = i != j && (i + 1) % count != j && (j + 1) % count != i;
}

static void cut_one_way(struct life *life)
{
    size_t from = life_anybody(life)->host->index, to = life_anybody(life)->host->index;
    life->world.cut[from][to] = from != to;
}

void accident_clog(struct life *life, const struct host *from, const struct host *to, uint64_t ms)
{
    struct world *world = &life->world;
    if (from == to || life->clog_count == LIFE_CLOGS_MAX)
        return;
    life->clogs[life->clog_count++] = (struct clog){from->index, to->index, world->now_us + ms * 1000};
    world->cut[from->index][to->index] = true;
}

/* Discovery does not tell of it: known addresses are tried again. */
void accident_open_clogs(struct life *life)
{
    struct world *world = &life->world;
    size_t left = 0;
    for (size_t i = 0; i < life->clog_count; i++) {
        const struct clog *at = &life->clogs[i];
        if (world->now_us < at->until_us)
            life->clogs[left++] = *at;
        else
            world->cut[at->from][at->to] = false;
    }
    life->clog_count = left;
}

void accident_partitions(struct life *life)
{
    struct world *world = &life->world;
    switch (world_below(world, 10)) {
    case 0:
        halve(life);
        return;
    case 1:
        world_isolate(world, life_anybody(life)->host->name);
        return;
    case 2:
        form_ring(world);
        return;
    case 3:
        cut_one_way(life);
        return;
    case 4:
    case 5:
    case 6:
        accident_clog(life, life_anybody(life)->host, life_anybody(life)->host, world_below(world, CLOG_MOST_MS));
        return;
    default:
        world_heal(world);
        return;
    }
}
