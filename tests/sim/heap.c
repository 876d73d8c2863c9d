/* SPDX-License-Identifier: MIT */
#include "heap.h"

#include <stddef.h>

struct heap *heap_at_turn = NULL;
