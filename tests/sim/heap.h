/* SPDX-License-Identifier: MIT
 * How much memory each node holds: what the core takes and gives back while it is that node's turn.  Counted in the
 * core of runs with many seeds only (counted_alloc.c); elsewhere all stays 0. */
#pragma once
#include <stdint.h>

struct heap {
    int64_t bytes, most;
};

/* Whose turn it is; NULL: nobody's. */
extern struct heap *heap_at_turn;
