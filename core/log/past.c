/* SPDX-License-Identifier: MIT */
#include "past.h"

#include "branches.h"
#include "core/base/alloc.h"
#include "core/node_query.h"
#include "cuts.h"
#include "logs.h"
#include "lookup.h"
#include <stdlib.h>

#define REMEMBERED_MAX (1u << 20) /* numbers in all that is remembered: 8 MiB */

/* ---------------------------------------------------------------- what is remembered */

/* Up to one entry a log: its clock, by log->index. */
struct past {
    uint64_t seq; /* 0: nothing is remembered */
    uint64_t *highest;
    size_t count;
    bool complete;    /* no cause was missing: it holds for ever */
    uint64_t entries; /* not complete: how many there were; with another one a cause may have come */
};
struct pasts {
    struct past *of; /* by log->index */
    size_t count, numbers;
};

void past_forget(struct node *node)
{
    struct pasts *pasts = node->pasts;
    for (size_t i = 0; pasts && i < pasts->count; i++)
        free(pasts->of[i].highest);
    if (pasts)
        free(pasts->of);
    free(pasts);
    node->pasts = NULL;
}

/* The newest of `log` that is remembered, if it is not above `seq`.  NULL: none. */
static const struct past *recall(const struct node *node, const struct log *log, uint64_t seq)
{
    const struct pasts *pasts = node->pasts;
    if (!pasts || log->index >= pasts->count)
        return NULL;
    const struct past *past = &pasts->of[log->index];
    bool holds = past->complete || past->entries == node->entry_count;
    return past->seq && past->seq <= seq && holds ? past : NULL;
}

static struct past *place_for(struct node *node, const struct log *log)
{
    if (node->pasts && node->pasts->numbers + node->log_count > REMEMBERED_MAX)
        past_forget(node);
    if (!node->pasts)
        node->pasts = alloc_zero(1, sizeof *node->pasts);
    struct pasts *pasts = node->pasts;
    if (log->index >= pasts->count) {
        pasts->of = alloc_grow(pasts->of, node->log_count, sizeof *pasts->of);
        memset(pasts->of + pasts->count, 0, (node->log_count - pasts->count) * sizeof *pasts->of);
        pasts->count = node->log_count;
    }
    return &pasts->of[log->index];
}

/* Takes over `highest`. */
static void remember(struct node *node, const struct log *log, uint64_t seq, uint64_t *highest, bool complete)
{
    struct past *past = place_for(node, log);
    node->pasts->numbers += node->log_count - past->count;
    free(past->highest);
    *past = (struct past){seq, highest, node->log_count, complete, node->entry_count};
}

/* ---------------------------------------------------------------- walking */

/* Both by log->index: how far the past reaches, and up to where what the entries cite is in it. */
struct walk {
    const struct node *node;
    uint64_t *highest, *walked;
    bool complete;
};

/* All of a past is in it by itself. */
static void join(struct walk *walk, const struct past *past)
{
    for (size_t i = 0; i < past->count; i++) {
        if (past->highest[i] > walk->highest[i])
            walk->highest[i] = past->highest[i];
        if (past->highest[i] > walk->walked[i])
            walk->walked[i] = past->highest[i];
    }
    walk->complete &= past->complete;
}

/* The past reaches up to `seq` of `log`; a branch brings that of what it hangs on. */
static void reach(struct walk *walk, const struct log *log, uint64_t seq)
{
    for (; log && seq > walk->highest[log->index]; log = log->parent) {
        const struct past *past = recall(walk->node, log, seq);
        if (past && past->seq > walk->walked[log->index])
            join(walk, past);
        if (seq > walk->highest[log->index])
            walk->highest[log->index] = seq;
        seq = log->row.base_seq;
    }
}

static void reach_dep(struct walk *walk, const struct dep *dep)
{
    const struct log *cited = logs_find(walk->node, &dep->log);
    if (cited && cited->next_branch)
        cited = branches_cited(walk->node, dep);
    if (cited && cuts_cover(cited, dep->seq))
        reach(walk, cited, dep->seq);
    else
        walk->complete = false;
}

/* What the entries of `log` cite that have come in. */
static void walk_log(struct walk *walk, const struct log *log)
{
    uint64_t *walked = &walk->walked[log->index];
    if (*walked < log->row.base_seq)
        *walked = log->row.base_seq;
    while (*walked < walk->highest[log->index]) {
        struct stored_entry stored;
        struct entry entry;
        uint64_t seq = *walked + 1;
        if (lookup_entry(walk->node, log, seq, &stored) != OK || entry_decode(stored.wire, &entry) != OK) {
            *walked = walk->highest[log->index]; /* cited, and not here */
            walk->complete = false;
            return;
        }
        *walked = seq;
        for (size_t i = 0; i < entry_dep_count(&entry); i++) {
            struct dep dep = entry_dep(&entry, i);
            reach_dep(walk, &dep);
        }
    }
}

static void walk_all(struct walk *walk)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < walk->node->log_count; i++) {
            if (walk->walked[i] >= walk->highest[i])
                continue;
            walk_log(walk, walk->node->logs[i]);
            more = true;
        }
    }
}

static int by_id(const void *a, const void *b)
{
    const struct log *const *x = a, *const *y = b;
    return memcmp((*x)->id.bytes, (*y)->id.bytes, sizeof(struct hash));
}

/* By log id: where logs stand here says only when they came. */
static void tell(const struct walk *walk, clock_visitor visit, void *arg)
{
    const struct node *node = walk->node;
    const struct log **logs = alloc_zero(node->log_count, sizeof *logs);
    size_t count = 0;
    for (size_t i = 0; i < node->log_count; i++)
        if (walk->highest[i])
            logs[count++] = node->logs[i];
    qsort(logs, count, sizeof *logs, by_id);
    for (size_t i = 0; i < count; i++)
        visit(arg, &logs[i]->id, walk->highest[logs[i]->index]);
    free(logs);
}

enum error node_message_clock(struct node *node, uint32_t log_number, uint64_t seq, clock_visitor visit, void *arg)
{
    const struct log *start = lookup_log(node, log_number);
    if (!start || seq <= start->row.base_seq || seq > start->row.head_seq)
        return ERR_NOT_FOUND;
    struct walk walk = {.node = node, .complete = true};
    walk.highest = alloc_zero(node->log_count, sizeof *walk.highest);
    walk.walked = alloc_zero(node->log_count, sizeof *walk.walked);
    reach(&walk, start, seq);
    walk_all(&walk);
    free(walk.walked);
    tell(&walk, visit, arg);
    remember(node, start, seq, walk.highest, walk.complete);
    return OK;
}
