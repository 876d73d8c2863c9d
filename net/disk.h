/* SPDX-License-Identifier: MIT
 * The journal as the loop sees it: what was submitted, what is durable, how far the disk is behind, how full it is. */
#pragma once
#include "settled.h"

#define DISK_BEHIND_BYTES ((size_t)8 << 20) /* submitted and not durable: above, take nothing more in */
#define DISK_CAUGHT_UP_BYTES ((size_t)4 << 20)
#define DISK_SPACE_MS 1000                   /* how old the answer about free space may be, */
#define DISK_SPACE_BYTES ((size_t)256 << 10) /* and how much may have been written since */

#define DISK_PINNED_MS 10000 /* the node itself reads for some 20 ms at a time */
#define DISK_REMARK_SIZE 120

#define DISK_TURN_BATCHES 64
#define DISK_TURN_BYTES ((size_t)32 << 10) /* more than this does not wait for the turn's end */

struct disk_batch;

struct disk {
    const struct journal *journal; /* borrowed */
    struct settled settled;
    struct disk_batch *first, *last;             /* in flight */
    const struct batch *turn[DISK_TURN_BATCHES]; /* of this turn of the loop, not handed over yet */
    size_t turn_count, turn_bytes;
    size_t bytes; /* of those */
    bool behind;
    bool space_known;
    size_t since_space; /* submitted since space_at_ms */
    uint64_t space_at_ms, free_bytes, size_bytes;
    uint64_t pinned_by; /* the process that keeps the database from using room again; 0: none */
    uint64_t pinner_told;
};

void disk_init(struct disk *disk, const struct journal *journal);
void disk_done(struct disk *disk);

/* Takes the batch; it goes to the journal at the end of the turn, or before if much comes together. */
void disk_submit(struct disk *disk, const struct batch *batch);
/* At the end of a turn of the loop, with no snapshot open: hands over what it brought.  True: results are there now. */
bool disk_end_turn(struct disk *disk);
/* The same where nothing must wait: on the storage thread only. */
void disk_hand_over(struct disk *disk);
/* Notes the next result in disk->settled and hands it out; false: there is none yet.
 * One at a time, each told to the node before the next: the journal refuses whatever is submitted until a failure was
 * collected, so a batch that the node makes while it does not know of one can never be committed on top of it. */
bool disk_take_result(struct disk *disk, struct persisted *ret);
bool disk_is_idle(const struct disk *disk); /* nothing is in flight */
/* Also looks who pins the database, when it asks the journal anew. */
void disk_space(struct disk *disk, uint64_t mono_ms, uint64_t *ret_free, uint64_t *ret_size);
/* For how long *ret_process has been reading the database, which grows meanwhile, in ms; 0: nobody does for long. */
uint64_t disk_pinned_ms(const struct journal *journal, uint64_t *ret_process);
/* Something for the log, told once. */
bool disk_has_remark(struct disk *disk, char ret[DISK_REMARK_SIZE]);
