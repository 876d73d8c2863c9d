/* SPDX-License-Identifier: MIT
 * What the workspace's root writes into a group: a root log for each of its own generations.  PROTOCOL.md, "Roots". */
#include "govern.h"

static const struct root_generation *generation_of(const struct governance *g, const struct chain *chain)
{
    const struct governance *workspace = g->workspace;
    uint64_t number = chain->name.instance;
    bool is = number < workspace->generations.count &&
              crypto_is_zero(chain->name.sub.bytes, sizeof chain->name.sub.bytes) &&
              govern_same(&workspace->generations.at[number].key, &chain->name.device);
    return is ? &workspace->generations.at[number] : NULL;
}

/* The lower log's head from which the log of `head` goes on, in *ret; NONE: it is the lowest.  False: it does not stand
 * in a log of the workspace's root. */
static bool step_down(const struct governance *g, uint32_t head, uint32_t *ret)
{
    const struct fact *first = fact_of(g, govern_at(g, fact_of(g, head)->segment, 1));
    const struct chain *chain = chain_of(g, first);
    *ret = NONE;
    if (first->type != ENTRY_GENERATION || first->act == NONE || !generation_of(g, chain))
        return false;
    const struct hash *named = &g->openings.at[first->act].head;
    if (crypto_is_zero(named->bytes, sizeof named->bytes))
        return true;
    *ret = govern_fact(g, named);
    return *ret != NONE && generation_of(g, chain_of(g, fact_of(g, *ret))) &&
           chain_of(g, fact_of(g, *ret))->name.instance < chain->name.instance;
}

static bool holds(const struct governance *g, uint32_t head)
{
    while (head != NONE)
        if (!step_down(g, head, &head))
            return false;
    return true;
}

/* Where the HANDOVER that ended the key says that this log ends; of several records the highest. */
static uint32_t end_by_handover(const struct governance *g, uint32_t chain, const struct handover_act *handover)
{
    const struct cut *best = NULL;
    for (uint32_t i = 0; i < handover->cut.count; i++) {
        const struct cut *cut = &g->workspace->cuts.at[handover->cut.at + i];
        if (govern_same(&cut->log, &g->chains.at[chain].id) &&
            (!best || cut->seq > best->seq || (cut->seq == best->seq && memcmp(&cut->id, &best->id, 32) < 0)))
            best = cut;
    }
    uint32_t end = best ? govern_fact(g, &best->id) : NONE;
    bool fits = end != NONE && fact_of(g, end)->log == chain && fact_of(g, end)->seq == best->seq;
    return fits && holds(g, end) ? end : NONE;
}

/* Of several openings the one with the smallest id, up to where it forks. */
static uint32_t end_by_opening(const struct governance *g, uint32_t chain)
{
    uint32_t found = NONE;
    for (uint32_t at = g->chains.at[chain].segments; at != NONE; at = g->segments.at[at].next) {
        uint32_t first = g->segments.at[at].facts.at[0];
        if (g->segments.at[at].parent == NONE && holds(g, first) &&
            (found == NONE || memcmp(&fact_of(g, first)->id, &fact_of(g, found)->id, 32) < 0))
            found = first;
    }
    return found == NONE ? NONE : govern_unforked_end(g, found);
}

/* The newest generation that wrote here says what of the older ones stays. */
void govern_superior(struct governance *g)
{
    for (uint32_t i = g->workspace->generations.count; i-- > 0;) {
        const struct root_generation *generation = &g->workspace->generations.at[i];
        uint32_t chain = govern_root_chain(g, &generation->key, i), end = NONE;
        if (chain != NONE && generation->ended == NONE)
            end = end_by_opening(g, chain);
        else if (chain != NONE)
            end = end_by_handover(g, chain, &g->workspace->handovers.at[generation->ended]);
        if (end == NONE)
            continue;
        g->superior_end = end;
        for (uint32_t head = end, below; head != NONE && step_down(g, head, &below); head = below)
            govern_mark_path(g, head, 2);
        return;
    }
}
