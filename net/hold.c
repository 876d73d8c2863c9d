/* SPDX-License-Identifier: MIT */
#include "hold.h"
#include "core/base/alloc.h"
#include <stdlib.h>

struct hold_item {
    struct effect effect;
    struct hold_item *next;
};

void hold_push(struct hold *hold, const struct effect *effect)
{
    struct hold_item *item = alloc_zero(1, sizeof *item);

    item->effect = *effect;
    if (hold->last)
        hold->last->next = item;
    else
        hold->first = item;
    hold->last = item;
}

static void deliver_first(struct hold *hold, enum error failure, hold_deliver deliver, void *arg)
{
    struct hold_item *item = hold->first;

    hold->first = item->next;
    if (!hold->first)
        hold->last = NULL;
    deliver(arg, &item->effect, failure);
    free(item);
}

void hold_release(struct hold *hold, const struct settled *settled, hold_deliver deliver, void *arg)
{
    while (hold->first) {
        uint64_t batch = hold->first->effect.after;
        if (settled_state(settled, batch) == BATCH_PENDING)
            return;
        deliver_first(hold, settled_error(settled, batch), deliver, arg);
    }
}

void hold_fail(struct hold *hold, enum error failure, hold_deliver deliver, void *arg)
{
    while (hold->first)
        deliver_first(hold, failure, deliver, arg);
}
