/* SPDX-License-Identifier: MIT */
#include "governance.h"

#include "govern.h"

struct governance *governance_new(const struct governance_scope *scope, const struct governance *workspace)
{
    struct governance *g = alloc_zero(1, sizeof *g);
    g->scope = *scope;
    g->workspace = workspace;
    g->facts_by_id.salt = g->chains_by_id.salt = g->devices_by_key.salt = scope->salt;
    g->waiting.salt = g->keys_by_epoch.salt = scope->salt;
    g->founding = g->root_end = g->superior_end = NONE;
    g->structural = true;
    return g;
}

static void free_acts(struct governance *g)
{
    for (uint32_t i = 0; i < g->removals.count; i++)
        free(g->removals.at[i].reach.at);
    free(g->grants.at);
    free(g->revokes.at);
    free(g->handovers.at);
    free(g->openings.at);
    free(g->adds.at);
    free(g->removals.at);
    free(g->links.at);
    free(g->links_by_id.at);
    free(g->policies.at);
    free(g->keys.at);
    free(g->epochs.at);
    free(g->cited.at);
    free(g->cuts.at);
    free(g->names.at);
}

void governance_free(struct governance *g)
{
    if (!g)
        return;
    free_acts(g);
    for (uint32_t i = 0; i < g->segments.count; i++)
        free(g->segments.at[i].facts.at);
    free(g->facts.at);
    free(g->segments.at);
    free(g->chains.at);
    free(g->instances.at);
    free(g->devices.at);
    table_done(&g->facts_by_id);
    table_done(&g->chains_by_id);
    table_done(&g->devices_by_key);
    table_done(&g->waiting);
    table_done(&g->keys_by_epoch);
    free(g->parents.at);
    buffer_done(&g->deps);
    free(g->order.at);
    free(g->spans.at);
    free(g->generations.at);
    free(g->root_keys.at);
    free(g->members.at);
    free(g->holder_names.at);
    free(g->member_names.at);
    free(g);
}

enum error governance_note(struct governance *g, const struct log_name *author, const struct entry *entry,
                           const struct hash *id, uint32_t *flags)
{
    uint32_t fact;
    enum error err = govern_place(g, author, entry, id, &fact);
    if (err)
        return err == ERR_EXISTS ? OK : err;
    govern_tie(g, fact);
    govern_read(g, fact, entry->payload, flags);
    struct instance *instance = &g->instances.at[author_of(g, fact_of(g, fact))];
    g->structural |= instance->removed; /* how much of it comes after its own REMOVE */
    return OK;
}

/* ---------------------------------------------------------------- evaluating */

/* What is compared with what comes out. */
struct before {
    struct governance_member *members;
    uint32_t count, removals;
    struct policy policy;
};

static uint32_t count_removals(const struct governance *g)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < g->removals.count; i++)
        count += g->removals.at[i].sort != REMOVAL_VOID;
    return count;
}

static struct before remember(const struct governance *g)
{
    struct before before = {.count = g->members.count, .removals = count_removals(g), .policy = g->policy};
    before.members = alloc_zero(before.count + 1, sizeof *before.members);
    if (before.count)
        memcpy(before.members, g->members.at, before.count * sizeof *before.members);
    return before;
}

static unsigned compare(const struct governance *g, const struct before *before)
{
    unsigned changes = 0;
    size_t size = before->count * sizeof *before->members;
    if (before->count != g->members.count || (size && memcmp(before->members, g->members.at, size) != 0))
        changes |= GOVERNANCE_MEMBERS | GOVERNANCE_EPOCHS;
    if (before->removals != count_removals(g))
        changes |= GOVERNANCE_VERDICTS;
    return changes;
}

static unsigned evaluate_all(struct governance *g)
{
    struct before before = remember(g);
    govern_roots(g);
    govern_grants(g);
    govern_first_members(g);
    govern_removals(g);
    govern_members(g);
    unsigned changes = govern_judge(g, 0) ? GOVERNANCE_VERDICTS | GOVERNANCE_EPOCHS : 0;
    changes |= compare(g, &before);
    free(before.members);
    g->revision++;
    return changes;
}

unsigned governance_settle(struct governance *g)
{
    const struct policy policy = g->policy;
    uint32_t from = g->judged;
    bool follows = g->workspace && g->workspace_revision != g->workspace->revision;
    if (!g->structural && !g->late && !follows && from == g->order.count)
        return 0;
    if (g->late)
        govern_tie_anew(g);
    unsigned changes = 0;
    if (g->structural || g->late || follows)
        changes = evaluate_all(g);
    else
        govern_judge(g, from); /* nobody's standing hangs on what came */
    for (uint32_t i = from; i < g->facts.count; i++)
        if (fact_of(g, i)->type == ENTRY_EPOCH || fact_of(g, i)->type == ENTRY_KEYSHARE)
            changes |= GOVERNANCE_EPOCHS;
    g->structural = g->late = false;
    g->workspace_revision = g->workspace ? g->workspace->revision : 0;
    govern_policy(g);
    if (g->policy.share_history != policy.share_history || g->policy.keep_days != policy.keep_days)
        changes |= GOVERNANCE_POLICY;
    return changes;
}
