/* SPDX-License-Identifier: MIT */
#include "cuts.h"

#include "branches.h"
#include "logs.h"
#include "lookup.h"

struct place {
    const struct node *node;
    struct log *log;
};

/* Whether the log leads to the entry that a cut names: which of its entries stand before that one, the seqs say. */
static bool leads_to(void *arg, const struct cut *head)
{
    const struct place *place = arg;
    const struct log *holder =
        branches_holder(place->node, place->log, head->seq, head->id.bytes, sizeof head->id.bytes);
    for (const struct log *at = holder; at; at = at->row.is_branch ? at->parent : NULL)
        if (at == place->log)
            return true;
    return !holder;
}

static bool covers(struct place *place, uint64_t seq)
{
    const struct log *log = place->log;
    return governance_covers_content(log->group->roster.governance, log_author(log), log->row.name.instance,
                                     &log->root->id, seq, leads_to, place);
}

/* Cuts cover what stands before the entry they name, so there is one end. */
static uint64_t end_of(struct node *node, struct log *log)
{
    struct place place = {node, log};
    uint64_t low = 0, high = NEVER;
    if (covers(&place, NEVER))
        return NEVER;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (covers(&place, middle))
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* False: it cannot be read. */
static bool read_cut(const struct node *node, struct log *log, uint64_t end)
{
    struct stored_entry stored;
    struct entry entry;
    if (lookup_entry(node, log, end, &stored) != OK || entry_decode(stored.wire, &entry) != OK)
        return false;
    entry_id(&entry, &log->cut_id);
    log->cut_hlc = entry.hlc;
    return true;
}

bool cuts_judge(struct node *node, struct log *log)
{
    uint64_t end = log->named ? end_of(node, log) : NEVER, before = log->cut_seq;
    bool is_read = end == before && !crypto_is_zero(log->cut_id.bytes, sizeof log->cut_id.bytes);
    if (!is_read && end > log->row.base_seq && end <= log->row.head_seq && !read_cut(node, log, end))
        end = log->row.base_seq; /* unreadable here: nothing of it is told */
    logs_set_cut(node, log, end);
    return end != before;
}

void cuts_settle(struct node *node, struct group *group)
{
    bool changed = false;
    if (!group->roster.cuts_changed)
        return;
    group->roster.cuts_changed = false;
    for (size_t i = 0; i < group->log_count; i++)
        if (group->logs[i]->kind == KIND_CONTENT)
            changed |= cuts_judge(node, group->logs[i]);
    if (!changed)
        return;
    group->wants_dirty = true;
    node_notify(node, NOTICE_WORKSPACE, NULL, 0, NULL, node_after(node));
}
