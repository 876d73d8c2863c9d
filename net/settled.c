/* SPDX-License-Identifier: MIT */
#include "settled.h"

void settled_note(struct settled *settled, const struct persisted *result)
{
    settled->newest = result->batch;
    if (result->result == OK)
        return;

    struct settled_failure *latest = &settled->failures[(settled->next + SETTLED_FAILURES - 1) % SETTLED_FAILURES];
    if (latest->first != 0 && latest->last + 1 == result->batch && latest->error == result->result) {
        latest->last = result->batch;
        return;
    }
    settled->failures[settled->next] = (struct settled_failure){result->batch, result->batch, result->result};
    settled->next = (settled->next + 1) % SETTLED_FAILURES;
}

static const struct settled_failure *find(const struct settled *settled, uint64_t batch)
{
    for (size_t i = 0; i < SETTLED_FAILURES && settled->failures[i].first != 0; i++) {
        const struct settled_failure *failure = &settled->failures[i];
        if (failure->first <= batch && batch <= failure->last)
            return failure;
    }
    return NULL;
}

enum batch_state settled_state(const struct settled *settled, uint64_t batch)
{
    if (batch == 0)
        return BATCH_DURABLE;
    if (batch > settled->newest)
        return BATCH_PENDING;
    return find(settled, batch) ? BATCH_FAILED : BATCH_DURABLE;
}

enum error settled_error(const struct settled *settled, uint64_t batch)
{
    const struct settled_failure *failure = find(settled, batch);
    return failure ? failure->error : OK;
}
