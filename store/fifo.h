/* SPDX-License-Identifier: MIT
 * A growing queue of small items of one size: first in, first out.  Zeroed with item_size set it is empty. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct fifo {
    size_t item_size;
    uint8_t *items;
    size_t first, count, capacity;
};

void fifo_done(struct fifo *fifo);
void fifo_push(struct fifo *fifo, const void *item);
void *fifo_first(const struct fifo *fifo); /* NULL: empty */
void fifo_pop(struct fifo *fifo);          /* not when empty */
