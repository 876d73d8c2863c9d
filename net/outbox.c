/* SPDX-License-Identifier: MIT */
#include "outbox.h"
#include "core/base/alloc.h"
#include <stdlib.h>

#define SEGMENT_SIZE ((size_t)64 << 10) /* a longer one is not appended to */

static struct segment *segment_free(struct segment *segment)
{
    struct segment *next = segment->next;

    buffer_done(&segment->bytes);
    free(segment);
    return next;
}

void segments_free(struct segment *chain)
{
    while (chain)
        chain = segment_free(chain);
}

struct segment *segments_cut(struct segment *chain, size_t count)
{
    while (chain && count >= chain->bytes.size) {
        count -= chain->bytes.size;
        chain = segment_free(chain);
    }
    if (count > 0)
        buffer_cut_front(&chain->bytes, count);
    return chain;
}

void outbox_done(struct outbox *outbox)
{
    segments_free(outbox->first);
    *outbox = (struct outbox){0};
}

void outbox_append(struct outbox *outbox, uint64_t after, struct bytes bytes)
{
    struct segment *last = outbox->last;

    /* Behind a held segment everything waits for at least its batch. */
    if (last && after < last->after)
        after = last->after;
    if (!last || last->after != after || last->bytes.size + bytes.size > SEGMENT_SIZE) {
        struct segment *fresh = alloc_zero(1, sizeof *fresh);
        fresh->after = after;
        if (last)
            last->next = fresh;
        else
            outbox->first = fresh;
        outbox->last = last = fresh;
    }
    buffer_append(&last->bytes, bytes);
    outbox->size += bytes.size;
}

/* Segments hold whole frames, and are taken whole: so there is a frame's end before each of them. */
void outbox_overtake(struct outbox *outbox, const struct settled *settled, struct bytes bytes)
{
    struct segment **at = &outbox->first;

    while (*at && settled_state(settled, (*at)->after) == BATCH_DURABLE)
        at = &(*at)->next;
    if (!*at) {
        outbox_append(outbox, 0, bytes);
        return;
    }
    struct segment *fresh = alloc_zero(1, sizeof *fresh);
    fresh->next = *at;
    *at = fresh;
    buffer_append(&fresh->bytes, bytes);
    outbox->size += bytes.size;
}

struct segment *outbox_take(struct outbox *outbox, const struct settled *settled, size_t most, size_t *ret_size)
{
    struct segment *chain = outbox->first;
    struct segment *taken = NULL;
    size_t size = 0;

    for (int count = 0; count < OUTBOX_TAKE_MAX && size < most && outbox->first; count++) {
        if (settled_state(settled, outbox->first->after) != BATCH_DURABLE)
            break;
        taken = outbox->first;
        size += taken->bytes.size;
        outbox->first = taken->next;
    }
    if (!taken)
        return NULL;
    taken->next = NULL;
    if (!outbox->first)
        outbox->last = NULL;
    outbox->size -= size;
    *ret_size = size;
    return chain;
}

bool outbox_has_failed(const struct outbox *outbox, const struct settled *settled, enum error *ret)
{
    for (const struct segment *segment = outbox->first; segment; segment = segment->next) {
        if (settled_state(settled, segment->after) != BATCH_FAILED)
            continue;
        *ret = settled_error(settled, segment->after);
        return true;
    }
    return false;
}
