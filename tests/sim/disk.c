/* SPDX-License-Identifier: MIT */
#include "disk.h"

#include "check.h"
#include "core/alloc.h"
#include "world.h"
#include <stdlib.h>

#define PENDING_MAX 100000u
#define COMMIT_LEAST_US 300u
#define COLLECT_WITHIN_US 2000u

static void arrange(struct host *host, enum agenda_type type, uint64_t in_us)
{
    struct world *world = host->world;
    struct appointment appointment = {.at_us = world->now_us + in_us, .type = type, .host = host, .serial = host->boot};
    agenda_add(&world->agenda, &appointment);
}

static void push_result(struct host *host, uint64_t batch, enum error err)
{
    if (host->result_count == host->result_capacity) {
        host->result_capacity = host->result_capacity ? 2 * host->result_capacity : 16;
        host->results = alloc_grow(host->results, host->result_capacity, sizeof *host->results);
    }
    host->results[host->result_count++] = (struct persisted){batch, err};
    if (host->collecting)
        return;
    host->collecting = true;
    arrange(host, AGENDA_COLLECT, world_below(host->world, COLLECT_WITHIN_US));
}

static void begin_commit(struct host *host)
{
    if (host->committing || !host->queue_count)
        return;
    host->committing = host->queue_count;
    arrange(host, AGENDA_COMMITTED, COMMIT_LEAST_US + world_below(host->world, host->world->weather.commit_us));
}

void disk_submit(struct host *host, const struct batch *batch)
{
    check_submitted(host, batch);
    if (host->failing) {
        push_result(host, batch->id, host->failing);
        return;
    }
    if (host->queue_count == host->queue_capacity) {
        host->queue_capacity = host->queue_capacity ? 2 * host->queue_capacity : 16;
        host->queue = alloc_grow(host->queue, host->queue_capacity, sizeof *host->queue);
    }
    host->queue[host->queue_count++] = batch;
    if (host->queue_count > PENDING_MAX)
        world_fail(host->world, "%s has %zu batches waiting for its disk", host->name, host->queue_count);
    begin_commit(host);
}

static void write_group(struct host *host)
{
    enum error err = medium_commit(host->disk, host->queue, host->committing, OK);
    if (err)
        world_fail(host->world, "%s submitted what its disk does not take: %s", host->name, error_code(err));
    host->commits += host->committing;
    for (size_t i = 0; i < host->committing; i++)
        check_committed(host, host->queue[i]);
}

/* The power fails while the disk writes; the group has not come to its end. */
static void write_part(struct host *host)
{
    if (medium_commit(host->disk, host->queue, host->committing, ERR_DISK) == OK)
        world_fail(host->world, "half of a commit of %s's was enough", host->name);
}

/* All that is queued hangs on what failed. */
static void fail_queued(struct host *host)
{
    host->fail_commits--;
    host->failing = medium_commit(host->disk, host->queue, host->committing, host->fail_with);
    if (host->failing != host->fail_with)
        world_fail(host->world, "%s's disk failed with %s, and its store says %s", host->name,
                   error_code(host->fail_with), error_code(host->failing));
    host->committing = host->queue_count;
}

void disk_committed(struct host *host)
{
    host_end_read(host);
    if (host->fail_commits)
        fail_queued(host);
    else
        write_group(host);
    size_t count = host->committing;
    for (size_t i = 0; i < count; i++)
        push_result(host, host->queue[i]->id, host->failing);
    memmove(host->queue, host->queue + count, (host->queue_count - count) * sizeof *host->queue);
    host->queue_count -= count;
    host->committing = 0;
    begin_commit(host);
}

void disk_power_off(struct host *host)
{
    if (host->node)
        host_end_read(host);
    if (host->committing && !host->fail_commits) {
        if (world_below(host->world, 2))
            write_group(host);
        else
            write_part(host);
    }
    host->queue_count = host->committing = host->result_count = 0;
    host->collecting = false;
    host->failing = OK;
}
