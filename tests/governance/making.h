/* SPDX-License-Identifier: MIT
 * The parts of the generator: generate.c makes any item, tale.c begins the histories. */
#pragma once
#include "generate.h"

/* What an item is being made for. */
struct making {
    struct tale *tale;
    struct history *h;
    const struct history *workspace; /* NULL: it is the workspace */
    int which;                       /* 0 workspace, 1 group */
};

static inline uint32_t below(struct making *m, uint32_t bound)
{
    return dice_below(&m->tale->dice, bound);
}
static inline bool chance(struct making *m, uint32_t percent)
{
    return below(m, 100) < percent;
}
static inline bool same(const void *a, const void *b)
{
    return memcmp(a, b, 32) == 0;
}

/* A random one, written by whomever. */
void make_item(struct making *m);
/* Gives an item its place in that log, and its id. */
void write_into(struct making *m, struct item *item, const struct log_name *name);
void cut_logs(struct making *m, struct item *item, const struct sign_public *device, uint64_t instance);
void cite_one(struct item *item, const struct hash *id);
