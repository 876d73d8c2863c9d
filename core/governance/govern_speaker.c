/* SPDX-License-Identifier: MIT
 * Who speaks as a root, and from where.  PROTOCOL.md, "Roots". */
#include "govern.h"

static struct hash id_of(const struct governance *g, uint32_t fact)
{
    return fact_of(g, fact)->id;
}

/* ---------------------------------------------------------------- where to go on from */

struct branch_end {
    uint32_t fact, handover;
};

/* A HANDOVER is final, so its branch comes first; then the one that holds most. */
static bool is_better(const struct governance *g, struct branch_end a, struct branch_end b)
{
    if ((a.handover != NONE) != (b.handover != NONE))
        return a.handover != NONE;
    uint64_t x = fact_of(g, a.fact)->seq, y = fact_of(g, b.fact)->seq;
    if (a.handover == NONE && x != y)
        return x > y;
    struct hash one = id_of(g, a.fact), other = id_of(g, b.fact);
    return memcmp(&one, &other, sizeof one) < 0;
}

/* The end of the branch of this generation that a next one best names. */
static struct branch_end best_end(const struct governance *g)
{
    struct branch_end best = {g->root_end, govern_handover_before(g, g->root_end)};
    for (uint32_t at = g->chains.at[g->stage.chain].segments; at != NONE; at = g->segments.at[at].next) {
        const struct segment *segment = &g->segments.at[at];
        uint32_t last = segment->facts.at[segment->facts.count - 1];
        struct branch_end end = {last, govern_handover_before(g, last)};
        if (govern_is_within(g, &g->stage, last) && is_better(g, end, best))
            best = end;
    }
    return best;
}

bool governance_root(const struct governance *g, struct governance_root *ret)
{
    if (g->root_end == NONE)
        return false;
    *ret = (struct governance_root){.key = g->stage.key, .generation = g->stage.generation};
    ret->writer = chain_of(g, fact_of(g, g->root_end))->name.device;
    ret->head = ret->named = id_of(g, g->root_end);
    ret->is_over = g->stage.closed != NONE;
    if (ret->is_over)
        return true;
    struct branch_end end = best_end(g);
    ret->forked = end.fact != g->root_end;
    ret->named = id_of(g, end.fact);
    ret->is_over = ret->forked || end.handover != NONE;
    if (end.handover != NONE)
        ret->key = g->handovers.at[end.handover].key;
    return true;
}

/* ---------------------------------------------------------------- keys and words */

bool governance_was_root(const struct governance *g, const struct sign_public *key)
{
    for (uint32_t i = 0; i < g->root_keys.count; i++)
        if (govern_same(&g->root_keys.at[i], key))
            return true;
    return false;
}

bool governance_superior(const struct governance *g, struct cut *ret)
{
    if (g->superior_end == NONE)
        return false;
    const struct fact *end = fact_of(g, g->superior_end);
    *ret = (struct cut){chain_of(g, end)->id, end->seq, end->id};
    return true;
}

size_t governance_root_void(const struct governance *g)
{
    size_t count = 0;
    for (uint32_t i = 0; i < g->facts.count; i++)
        count += g->facts.at[i].verdict == RULE_ROOT_ENDED;
    return count;
}
