/* SPDX-License-Identifier: MIT */
#include "agenda.h"

#include "core/alloc.h"
#include <stdlib.h>

void agenda_done(struct agenda *agenda)
{
    free(agenda->heap);
    *agenda = (struct agenda){0};
}

static bool is_before(const struct appointment *a, const struct appointment *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

void agenda_add(struct agenda *agenda, const struct appointment *appointment)
{
    if (agenda->count == agenda->capacity) {
        agenda->capacity = agenda->capacity ? 2 * agenda->capacity : 64;
        agenda->heap = alloc_grow(agenda->heap, agenda->capacity, sizeof *agenda->heap);
    }
    struct appointment added = *appointment;
    added.order = ++agenda->last_order;
    size_t at = agenda->count++;
    for (; at > 0 && is_before(&added, &agenda->heap[(at - 1) / 2]); at = (at - 1) / 2)
        agenda->heap[at] = agenda->heap[(at - 1) / 2];
    agenda->heap[at] = added;
}

/* The last one finds its place from the top. */
static void sink_last(struct agenda *agenda)
{
    const struct appointment *last = &agenda->heap[--agenda->count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < agenda->count; at = child) {
        child += child + 1 < agenda->count && is_before(&agenda->heap[child + 1], &agenda->heap[child]);
        if (is_before(last, &agenda->heap[child]))
            break;
        agenda->heap[at] = agenda->heap[child];
    }
    agenda->heap[at] = *last;
}

bool agenda_next(struct agenda *agenda, uint64_t until_us, struct appointment *ret)
{
    if (!agenda->count || agenda->heap[0].at_us > until_us)
        return false;
    *ret = agenda->heap[0];
    sink_last(agenda);
    return true;
}
