/* SPDX-License-Identifier: MIT */
#include "fifo.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

void fifo_done(struct fifo *fifo)
{
    free(fifo->items);
    *fifo = (struct fifo){.item_size = fifo->item_size};
}

static uint8_t *at(const struct fifo *fifo, size_t index)
{
    return fifo->items + (fifo->first + index) % fifo->capacity * fifo->item_size;
}

static void grow(struct fifo *fifo)
{
    struct fifo larger = {.item_size = fifo->item_size, .capacity = fifo->capacity ? 2 * fifo->capacity : 16};
    larger.items = alloc_grow(NULL, larger.capacity, fifo->item_size);
    larger.count = fifo->count;
    for (size_t i = 0; i < fifo->count; i++)
        memcpy(at(&larger, i), at(fifo, i), fifo->item_size);
    free(fifo->items);
    *fifo = larger;
}

void fifo_push(struct fifo *fifo, const void *item)
{
    if (fifo->count == fifo->capacity)
        grow(fifo);
    memcpy(at(fifo, fifo->count++), item, fifo->item_size);
}

void *fifo_first(const struct fifo *fifo)
{
    return fifo->count ? at(fifo, 0) : NULL;
}

void fifo_pop(struct fifo *fifo)
{
    fifo->first = (fifo->first + 1) % fifo->capacity;
    fifo->count--;
}
