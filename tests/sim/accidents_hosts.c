/* SPDX-License-Identifier: MIT
 * What happens to a computer: its power, its disk, its clock, its lock. */
#include "accidents.h"
#include "copies.h"
#include <stdio.h>

#define MINUTE_MS INT64_C(60000)
#define DAY_MS (1440 * MINUTE_MS)
#define CLONES_MAX 2

/* ---------------------------------------------------------------- power */

void accident_power(struct life *life)
{
    struct world *world = &life->world;
    const char *name = life_anybody(life)->host->name;
    switch (world_below(world, 4)) {
    case 0:
        world_crash(world, name, life_one_in(life, 2));
        return;
    case 1:
        world_stop(world, name);
        return;
    default:
        world_restart(world, name);
        return;
    }
}

/* ---------------------------------------------------------------- disks */

void accident_disks(struct life *life)
{
    struct world *world = &life->world;
    struct resident *resident = life_anybody(life);
    struct host *host = resident->host;
    switch (world_below(world, 5)) {
    case 0:
    case 1: /* some commit fails, perhaps after a part of what was queued */
        host->fail_commits = 1 + (unsigned)world_below(world, 3);
        host->fail_with = life_one_in(life, 2) ? ERR_DISK : ERR_DISK_FULL;
        host->fail_after = life_one_in(life, 2) ? world_below(world, 8) : 0;
        return;
    case 2:
        host->commit_us = 1 + world_below(world, 400000);
        return;
    case 3:
        host->free_disk = world_below(world, UINT64_C(300) << 20);
        return;
    default:
        host->commit_us = 0;
        host->free_disk = resident->free_disk;
        return;
    }
}

/* ---------------------------------------------------------------- copies of disks */

static void clone(struct life *life, const struct host *original)
{
    char name[sizeof original->name];
    if (life->cloned == CLONES_MAX || life->people_count == LIFE_PEOPLE_MAX)
        return;
    snprintf(name, sizeof name, "%.24s-%llu", original->name, (unsigned long long)++life->cloned + 1);
    struct host *host = world_clone(&life->world, original->name, name);
    life->people[life->people_count++] = (struct resident){.host = host, .free_disk = host->free_disk};
}

void accident_copies(struct life *life)
{
    struct world *world = &life->world;
    struct resident *resident = life_anybody(life);
    struct host *host = resident->host;
    if (!life_has_workspace(host))
        return;
    if (!resident->backup || life_one_in(life, 2)) {
        medium_free(resident->backup);
        resident->backup = medium_copy(host->disk);
        return;
    }
    switch (world_below(world, 3)) {
    case 0:
        clone(life, host);
        return;
    case 1:
        world_roll_back(world, host->name, resident->backup);
        break;
    default:
        world_restore(world, host->name, resident->backup);
        break;
    }
    life->rolled_back++;
}

/* ---------------------------------------------------------------- clocks */

void accident_clocks(struct life *life)
{
    struct host *host = life_anybody(life)->host;
    switch (world_below(&life->world, 6)) {
    case 0:
        host->clock_ms -= DAY_MS;
        return;
    case 1:
        host->clock_ms += 365 * DAY_MS;
        return;
    case 2: /* it has forgotten everything, or is far ahead */
        host->clock_ms = life_one_in(life, 2) ? INT64_C(-1800000000000) : 100 * 365 * DAY_MS;
        return;
    default:
        host->clock_ms = (int64_t)world_below(&life->world, (uint64_t)(20 * MINUTE_MS)) - 10 * MINUTE_MS;
        return;
    }
}

/* ---------------------------------------------------------------- locks */

void accident_locks(struct life *life)
{
    struct world *world = &life->world;
    struct host *host = life_anybody(life)->host;
    struct command lock = {.type = COMMAND_LOCK}, unlock = {.type = COMMAND_UNLOCK, .store_key = &host->store_key};
    if (!host->node)
        return;
    switch (world_below(world, 4)) {
    case 0: /* and it will start as a home with a passphrase does */
        host->locked = life_one_in(life, 2);
        world_ask(world, host->name, &lock);
        return;
    case 1: /* while its disk is still busy with what went before */
        world_ask(world, host->name, &lock);
        world_ask(world, host->name, &unlock);
        return;
    default:
        world_ask(world, host->name, &unlock);
        return;
    }
}
