/* SPDX-License-Identifier: MIT */
#include "agenda.h"

#include "core/base/alloc.h"
#include <stdlib.h>

void agenda_done(struct agenda *agenda)
{
    free(agenda->heap);
    free(agenda->appointments);
    *agenda = (struct agenda){0};
}

/* Without branches: nobody could guess which way they go. */
static bool is_before(const struct agenda_place *a, const struct agenda_place *b)
{
    return (a->at_us < b->at_us) | ((a->at_us == b->at_us) & (a->order < b->order));
}

static void grow(struct agenda *agenda)
{
    size_t capacity = agenda->capacity ? 2 * agenda->capacity : 64;
    agenda->heap = alloc_grow(agenda->heap, capacity, sizeof *agenda->heap);
    agenda->appointments = alloc_grow(agenda->appointments, capacity, sizeof *agenda->appointments);
    for (size_t i = agenda->capacity; i < capacity; i++)
        agenda->heap[i] = (struct agenda_place){.index = i};
    agenda->capacity = capacity;
}

static void rise(struct agenda_place *heap, size_t at, struct agenda_place place)
{
    for (; at > 0 && is_before(&place, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = place;
}

void agenda_add(struct agenda *agenda, const struct appointment *appointment)
{
    if (agenda->count == agenda->capacity)
        grow(agenda);
    struct agenda_place added = {appointment->at_us, ++agenda->last_order, agenda->heap[agenda->count].index};
    agenda->appointments[added.index] = *appointment;
    rise(agenda->heap, agenda->count++, added);
}

/* The hole at the top sinks to the bottom, and there the last one, which mostly belongs there, is put in. */
static void close_hole(struct agenda *agenda)
{
    struct agenda_place *heap = agenda->heap;
    const size_t count = --agenda->count;
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) + 1 < count; at = child) {
        child += is_before(&heap[child + 1], &heap[child]);
        heap[at] = heap[child];
    }
    if (2 * at + 1 < count) {
        heap[at] = heap[2 * at + 1];
        at = 2 * at + 1;
    }
    rise(heap, at, heap[count]);
}

bool agenda_next(struct agenda *agenda, uint64_t until_us, struct appointment *ret)
{
    if (!agenda->count || agenda->heap[0].at_us > until_us)
        return false;
    size_t index = agenda->heap[0].index;
    *ret = agenda->appointments[index];
    close_hole(agenda);
    agenda->heap[agenda->count].index = index;
    return true;
}
