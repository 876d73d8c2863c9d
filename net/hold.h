/* SPDX-License-Identifier: MIT
 * Replies and notices that wait for their batch, strictly first in, first out: one that waits holds all behind it. */
#pragma once
#include "core/node.h"
#include "settled.h"

struct hold_item;

/* Zeroed is empty. */
struct hold {
    struct hold_item *first, *last;
};

/* Copies the effect (a reply or a notice: it borrows nothing). */
void hold_push(struct hold *hold, const struct effect *effect);

typedef void (*hold_deliver)(void *arg, const struct effect *effect, enum error failure);
/* Delivers from the front whatever no longer waits; `failure` is the batch's error if that failed, else OK. */
void hold_release(struct hold *hold, const struct settled *settled, hold_deliver deliver, void *arg);
/* Delivers all that is left with this failure. */
void hold_fail(struct hold *hold, enum error failure, hold_deliver deliver, void *arg);
