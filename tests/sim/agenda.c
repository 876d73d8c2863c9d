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

static void swap(struct appointment *a, struct appointment *b)
{
    struct appointment kept = *a;
    *a = *b;
    *b = kept;
}

void agenda_add(struct agenda *agenda, const struct appointment *appointment)
{
    if (agenda->count == agenda->capacity) {
        agenda->capacity = agenda->capacity ? 2 * agenda->capacity : 64;
        agenda->heap = alloc_grow(agenda->heap, agenda->capacity, sizeof *agenda->heap);
    }
    size_t at = agenda->count++;
    agenda->heap[at] = *appointment;
    agenda->heap[at].order = ++agenda->last_order;
    for (; at > 0 && is_before(&agenda->heap[at], &agenda->heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&agenda->heap[at], &agenda->heap[(at - 1) / 2]);
}

bool agenda_next(struct agenda *agenda, uint64_t until_us, struct appointment *ret)
{
    if (!agenda->count || agenda->heap[0].at_us > until_us)
        return false;
    *ret = agenda->heap[0];
    agenda->heap[0] = agenda->heap[--agenda->count];
    for (size_t at = 0;;) {
        size_t first = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < agenda->count; child++)
            if (is_before(&agenda->heap[child], &agenda->heap[first]))
                first = child;
        if (first == at)
            return true;
        swap(&agenda->heap[at], &agenda->heap[first]);
        at = first;
    }
}
