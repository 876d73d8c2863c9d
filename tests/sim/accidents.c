/* SPDX-License-Identifier: MIT */
#include "accidents.h"

#include "actor.h"

/* One in so many moments. */
static const struct {
    void (*happens)(struct life *life);
    uint64_t odds;
} accidents[TROUBLE_COUNT] = {
    [TROUBLE_LINES] = {accident_lines, 30},         [TROUBLE_PARTITIONS] = {accident_partitions, 30},
    [TROUBLE_DISCOVERY] = {accident_discovery, 30}, [TROUBLE_POWER] = {accident_power, 30},
    [TROUBLE_DISKS] = {accident_disks, 30},         [TROUBLE_COPIES] = {accident_copies, 30},
    [TROUBLE_CLOCKS] = {accident_clocks, 30},       [TROUBLE_ACTORS] = {actors_visit, 8},
    [TROUBLE_LOCKS] = {accident_locks, 30},         [TROUBLE_REMOVALS] = {accident_removals, 20},
    [TROUBLE_OFFICES] = {accident_offices, 10},     [TROUBLE_CROWDS] = {accident_crowds, 400}};

void accidents_happen(struct life *life)
{
    accident_open_clogs(life);
    accident_flap(life);
    actors_answer(life);
    for (size_t i = 0; i < TROUBLE_COUNT; i++)
        if (life->troubles & TROUBLE_BIT(i) && life_one_in(life, accidents[i].odds)) {
            accidents[i].happens(life);
            life->happened[i]++;
        }
}

void accidents_end(struct life *life)
{
    struct world *world = &life->world;
    life->clog_count = 0;
    life->flapping = NULL;
    world_heal(world);
    world->weather = (struct weather){.delay_us = 200, .jitter_us = 800, .bytes_per_ms = 50000, .commit_us = 3000};
    for (size_t i = 0; i < world->cable_count; i++)
        for (int side = 0; side < 2; side++)
            cable_stall(world->cables[i], side, 0);
    for (size_t i = 0; i < life->people_count; i++) {
        struct host *host = life->people[i].host;
        host->fail_commits = 0;
        host->commit_us = 0;
        host->free_disk = life->people[i].free_disk;
        host->locked = false;
        if (host->node)
            world_unlock(world, host->name);
        else
            world_restart(world, host->name);
    }
}
