/* SPDX-License-Identifier: MIT
 * The bytes that wait to be sent on one link, in order, some of them for a batch.  Small pieces are gathered into
 * segments, so that many sends become one write. */
#pragma once
#include "core/base/bytes.h"
#include "settled.h"

#define OUTBOX_TAKE_MAX 64 /* segments taken at once */

struct segment {
    uint64_t after; /* the newest batch that any of its bytes, or any before them, waits for */
    struct buffer bytes;
    struct segment *next;
};

/* Zeroed is empty. */
struct outbox {
    struct segment *first, *last;
    size_t size; /* bytes in it */
};

void outbox_done(struct outbox *outbox);
/* Copies the bytes behind all others. */
void outbox_append(struct outbox *outbox, uint64_t after, struct bytes bytes);
/* Copies whole frames that wait for nothing: before those that wait. */
void outbox_overtake(struct outbox *outbox, const struct settled *settled, struct bytes bytes);
/* Takes about `most` bytes off the front that wait for nothing: a chain of at most OUTBOX_TAKE_MAX segments for
 * segments_free(), or NULL. */
struct segment *outbox_take(struct outbox *outbox, const struct settled *settled, size_t most, size_t *ret_size);
/* True when some of the bytes wait for a batch that failed; ret: why. */
bool outbox_has_failed(const struct outbox *outbox, const struct settled *settled, enum error *ret);

void segments_free(struct segment *chain);
/* Drops the first `count` bytes of a chain; returns what is left of it. */
struct segment *segments_cut(struct segment *chain, size_t count);
