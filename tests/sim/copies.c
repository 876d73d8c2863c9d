/* SPDX-License-Identifier: MIT */
#include "copies.h"

#include "check.h"
#include "core/state.h"

static void let_fork(struct host *host)
{
    struct node_info info = {0};
    if (host->node)
        node_info(host->node, &info);
    check_let_fork(host->world, &info.device);
    for (size_t i = 0; host->node && i < host->node->group_count; i++)
        if (host->node->groups[i]->has_root)
            check_let_fork(host->world, &host->node->groups[i]->root);
}

struct host *world_clone(struct world *world, const char *name, const char *copy)
{
    struct host *original = world_host(world, name), *host = host_new(world, copy);
    let_fork(original);
    medium_free(host->disk);
    host->disk = medium_copy(original->disk);
    host->store_key = original->store_key;
    host->drift_ppm = original->drift_ppm;
    world->hosts[world->host_count++] = host;
    host_start(host);
    return host;
}

void world_roll_back(struct world *world, const char *name, const struct medium *backup)
{
    struct host *host = world_host(world, name);
    let_fork(host);
    world_crash(world, name, false);
    medium_free(host->disk);
    host->disk = medium_copy(backup);
    host->rolled_back = true;
    check_excuse(world);
    host_start(host);
}
