/* SPDX-License-Identifier: MIT
 * Which batches are durable.  Results come in order of submission and ids count up (core/storage.h), so one number
 * tells the durable ones from the pending ones; the few that failed are remembered as ranges. */
#pragma once
#include "core/storage.h"

/* The core was told of each failure long before this many separate ones have followed it. */
#define SETTLED_FAILURES 64

enum batch_state {
    BATCH_DURABLE,
    BATCH_PENDING,
    BATCH_FAILED,
};

struct settled_failure {
    uint64_t first, last;
    enum error error;
};

/* Zeroed: nothing is settled yet. */
struct settled {
    uint64_t newest;                                   /* up to here results are in */
    struct settled_failure failures[SETTLED_FAILURES]; /* a ring; first 0: unused */
    size_t next;
};

void settled_note(struct settled *settled, const struct persisted *result);
/* Batch 0 is always durable: nothing hangs on it. */
enum batch_state settled_state(const struct settled *settled, uint64_t batch);
/* Why a failed batch failed. */
enum error settled_error(const struct settled *settled, uint64_t batch);
