/* SPDX-License-Identifier: MIT */
#include "disk.h"

#include "check.h"
#include "core/base/alloc.h"
#include "tap.h"
#include "world.h"
#include <stdlib.h>

#define PENDING_MAX 100000u
#define COMMIT_LEAST_US 300u
#define BEHIND_BYTES ((size_t)8 << 20)    /* as DISK_BEHIND_BYTES in net/disk.h, */
#define CAUGHT_UP_BYTES ((size_t)4 << 20) /* and DISK_CAUGHT_UP_BYTES */
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
    uint64_t usual = host->world->weather.commit_us;
    uint64_t slowest = host->commit_us > usual ? host->commit_us : usual;
    host->committing = host->queue_count;
    arrange(host, AGENDA_COMMITTED, host->stall_us + COMMIT_LEAST_US + world_below(host->world, slowest));
    host->stall_us = 0;
}

/* Who has so much on its way to the disk takes nothing more in. */
static void look_behind(struct host *host)
{
    if (host->queued_bytes > BEHIND_BYTES)
        host->behind = true;
    else if (host->queued_bytes < CAUGHT_UP_BYTES)
        host->behind = false;
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
    host->queued_bytes += batch->arena.size;
    look_behind(host);
    if (host->queue_count > PENDING_MAX)
        world_fail(host->world, "%s has %zu batches waiting for its disk", host->name, host->queue_count);
    begin_commit(host);
}

static void write_group(struct host *host, size_t count)
{
    enum error err = medium_commit(host->disk, host->queue, count, OK);
    if (err)
        world_fail(host->world, "%s submitted what its disk does not take: %s", host->name, error_code(err));
    host->commits += count;
    for (size_t i = 0; i < count; i++)
        check_committed(host, host->queue[i]);
}

/* The power fails while the disk writes; the group has not come to its end. */
static void write_part(struct host *host)
{
    if (medium_commit(host->disk, host->queue, host->committing, ERR_DISK) == OK)
        world_fail(host->world, "half of a commit of %s's was enough", host->name);
}

static void push_results(struct host *host, size_t from, size_t to, enum error err)
{
    for (size_t i = from; i < to; i++)
        push_result(host, host->queue[i]->id, err);
}

/* What is being written behind the first `written` batches fails, and all that is queued hangs on that. */
static void fail_queued(struct host *host, size_t written)
{
    host->fail_commits--;
    host->failing = medium_commit(host->disk, host->queue + written, host->committing - written, host->fail_with);
    if (host->failing != host->fail_with)
        world_fail(host->world, "%s's disk failed with %s, and its store says %s", host->name,
                   error_code(host->fail_with), error_code(host->failing));
    tap_lose(host);
    push_results(host, written, host->queue_count, host->failing);
}

void disk_committed(struct host *host)
{
    host_end_read(host);
    bool fails = host->fail_commits > 0;
    size_t most = fails ? host->committing - 1 : host->committing;
    size_t written = fails && host->fail_after < most ? host->fail_after : most;
    if (written)
        write_group(host, written);
    push_results(host, 0, written, OK);
    if (fails)
        fail_queued(host, written);
    size_t settled = fails ? host->queue_count : written;
    for (size_t i = 0; i < settled; i++)
        host->queued_bytes -= host->queue[i]->arena.size;
    look_behind(host);
    memmove(host->queue, host->queue + settled, (host->queue_count - settled) * sizeof *host->queue);
    host->queue_count -= settled;
    host->committing = 0;
    begin_commit(host);
}

void disk_power_off(struct host *host)
{
    if (host->node)
        host_end_read(host);
    bool done = host->committing && !host->fail_commits && world_below(host->world, 2);
    if (done)
        write_group(host, host->committing);
    else if (host->committing && !host->fail_commits)
        write_part(host);
    tap_lose(host);
    host->queue_count = host->committing = host->result_count = host->queued_bytes = 0;
    host->collecting = host->behind = false;
    host->failing = OK;
}
