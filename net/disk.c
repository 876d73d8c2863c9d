/* SPDX-License-Identifier: MIT */
#include "disk.h"
#include "core/base/alloc.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct disk_batch {
    uint64_t id;
    size_t size;
    struct disk_batch *next;
};

void disk_init(struct disk *disk, const struct journal *journal)
{
    *disk = (struct disk){.journal = journal};
}

static void drop_first(struct disk *disk)
{
    struct disk_batch *first = disk->first;

    disk->first = first->next;
    if (!disk->first)
        disk->last = NULL;
    disk->bytes -= first->size;
    free(first);
}

void disk_done(struct disk *disk)
{
    while (disk->first)
        drop_first(disk);
}

static void look_behind(struct disk *disk)
{
    if (disk->bytes > DISK_BEHIND_BYTES)
        disk->behind = true;
    else if (disk->bytes < DISK_CAUGHT_UP_BYTES)
        disk->behind = false;
}

void disk_submit(struct disk *disk, const struct batch *batch)
{
    struct disk_batch *item = alloc_zero(1, sizeof *item);

    item->id = batch->id;
    item->size = batch->arena.size;
    if (disk->last)
        disk->last->next = item;
    else
        disk->first = item;
    disk->last = item;
    disk->bytes += item->size;
    disk->since_space += item->size;
    look_behind(disk);
    disk->turn[disk->turn_count++] = batch;
    disk->turn_bytes += item->size;
    if (!disk->journal->commit_here || disk->turn_count == DISK_TURN_BATCHES || disk->turn_bytes > DISK_TURN_BYTES)
        disk_hand_over(disk);
}

static void forget_turn(struct disk *disk)
{
    disk->turn_count = 0;
    disk->turn_bytes = 0;
}

void disk_hand_over(struct disk *disk)
{
    for (size_t i = 0; i < disk->turn_count; i++)
        disk->journal->submit(disk->journal->ctx, disk->turn[i]);
    forget_turn(disk);
}

bool disk_end_turn(struct disk *disk)
{
    const struct journal *journal = disk->journal;

    if (!disk->turn_count)
        return false;
    if (journal->commit_here(journal->ctx, disk->turn, disk->turn_count)) {
        forget_turn(disk);
        return true;
    }
    disk_hand_over(disk);
    return false;
}

bool disk_take_result(struct disk *disk, struct persisted *ret)
{
    if (disk->journal->collect(disk->journal->ctx, ret, 1) == 0)
        return false;
    assert(disk->first && disk->first->id == ret->batch); /* results come in order of submission */
    drop_first(disk);
    settled_note(&disk->settled, ret);
    look_behind(disk);
    return true;
}

bool disk_is_idle(const struct disk *disk)
{
    return !disk->first;
}

uint64_t disk_pinned_ms(const struct journal *journal, uint64_t *ret_process)
{
    uint64_t ms = journal->pinned_ms ? journal->pinned_ms(journal->ctx, ret_process) : 0;

    return ms >= DISK_PINNED_MS ? ms : 0;
}

bool disk_has_remark(struct disk *disk, char ret[DISK_REMARK_SIZE])
{
    bool is_news = disk->pinned_by && disk->pinned_by != disk->pinner_told;

    disk->pinner_told = disk->pinned_by;
    if (is_news)
        snprintf(ret, DISK_REMARK_SIZE,
                 "process %" PRIu64
                 " has been reading the database for long: until it ends the file grows all the time",
                 disk->pinned_by);
    return is_news;
}

static void look_for_pinner(struct disk *disk)
{
    uint64_t process;

    disk->pinned_by = disk_pinned_ms(disk->journal, &process) ? process : 0;
}

void disk_space(struct disk *disk, uint64_t mono_ms, uint64_t *ret_free, uint64_t *ret_size)
{
    if (!disk->space_known || mono_ms - disk->space_at_ms >= DISK_SPACE_MS || disk->since_space >= DISK_SPACE_BYTES) {
        disk->journal->space(disk->journal->ctx, &disk->free_bytes, &disk->size_bytes);
        disk->space_known = true;
        disk->space_at_ms = mono_ms;
        disk->since_space = 0;
        look_for_pinner(disk);
    }
    /* What is on its way will take its room, and about as much again for the pages it changes. */
    *ret_free = disk->free_bytes - (disk->free_bytes < 2 * disk->bytes ? disk->free_bytes : 2 * disk->bytes);
    *ret_size = disk->size_bytes;
}
