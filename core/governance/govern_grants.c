/* SPDX-License-Identifier: MIT
 * Who is admin where: the intervals of grants, and what roots cut off.  PROTOCOL.md, "Governance", stratum 2. */
#include "govern.h"

/* ---------------------------------------------------------------- cuts */

/* The entry that a record names, if it is here. */
static uint32_t head_of(const struct governance *g, const struct cut *cut)
{
    uint32_t fact = govern_fact(g, &cut->id);
    if (fact == NONE || fact_of(g, fact)->seq != cut->seq ||
        !govern_same(&chain_of(g, fact_of(g, fact))->id, &cut->log))
        return NONE;
    return fact;
}

static void raise(struct segment *segment, uint64_t within)
{
    if (within > segment->within)
        segment->within = within;
}

static void cover(struct governance *g, const struct cut *cut, uint32_t chain)
{
    uint32_t head = head_of(g, cut);
    if (head == NONE) { /* the seq decides while that entry is not held */
        for (uint32_t at = g->chains.at[chain].segments; at != NONE; at = g->segments.at[at].next)
            raise(&g->segments.at[at], cut->seq);
        return;
    }
    uint64_t within = cut->seq;
    for (uint32_t at = fact_of(g, head)->segment; at != NONE; at = g->segments.at[at].parent) {
        raise(&g->segments.at[at], within);
        within = g->segments.at[at].base;
    }
}

void govern_cut(struct governance *g, uint32_t instance, struct cuts cut)
{
    EACH_SEGMENT(g, instance, segment) g->segments.at[segment].within = 0;
    for (uint32_t i = 0; i < cut.count; i++) {
        const struct cut *record = &g->cuts.at[cut.at + i];
        uint32_t chain = govern_chain(g, &record->log);
        if (chain != NONE && g->chains.at[chain].instance == instance)
            cover(g, record, chain);
    }
}

/* ---------------------------------------------------------------- where authority begins */

/* Behind which seq the entries of a segment follow `head`. */
static uint64_t behind(const struct governance *g, uint32_t segment, uint32_t head)
{
    const struct fact *fact = fact_of(g, head);
    if (segment == fact->segment)
        return fact->seq;
    for (uint32_t at = segment; g->segments.at[at].parent != NONE; at = g->segments.at[at].parent)
        if (g->segments.at[at].parent == fact->segment)
            return g->segments.at[at].base >= fact->seq ? 0 : UNLIMITED;
    return UNLIMITED;
}

static void begin_at(struct governance *g, const struct cut *cut, uint32_t chain)
{
    uint32_t head = head_of(g, cut);
    for (uint32_t at = g->chains.at[chain].segments; at != NONE; at = g->segments.at[at].next) {
        uint64_t after = head == NONE ? cut->seq : behind(g, at, head);
        if (after < g->segments.at[at].after)
            g->segments.at[at].after = after;
    }
}

/* Puts into `after` of each segment where the grant begins; a log that is not named by `from` has none of it. */
static void begin(struct governance *g, const struct grant_act *grant)
{
    EACH_SEGMENT(g, grant->instance, segment) g->segments.at[segment].after = grant->from.count ? UNLIMITED : 0;
    for (uint32_t i = 0; i < grant->from.count; i++) {
        const struct cut *record = &g->cuts.at[grant->from.at + i];
        uint32_t chain = govern_chain(g, &record->log);
        if (chain != NONE && g->chains.at[chain].instance == grant->instance)
            begin_at(g, record, chain);
    }
}

/* ---------------------------------------------------------------- what counts */

static void count_grants(struct governance *g)
{
    for (uint32_t i = 0; i < g->instances.count; i++)
        g->instances.at[i].granted = g->instances.at[i].open_grant = false;
    for (uint32_t i = 0; i < g->grants.count; i++) {
        struct grant_act *grant = &g->grants.at[i];
        const struct fact *fact = fact_of(g, grant->fact);
        grant->rank = fact->rank;
        grant->counts = fact->rank && !g->instances.at[grant->instance].is_root &&
                        (fact->type == ENTRY_GRANT || grant->fact == g->founding);
        grant->revoked = false;
        g->instances.at[grant->instance].granted |= grant->counts;
    }
    for (uint32_t i = 0; i < g->revokes.count; i++) {
        struct revoke_act *revoke = &g->revokes.at[i];
        const uint8_t rank = fact_of(g, revoke->fact)->rank;
        revoke->of = NONE;
        for (uint32_t j = 0; rank && j < g->grants.count; j++)
            if (g->grants.at[j].counts && g->grants.at[j].rank <= rank &&
                govern_same(&fact_of(g, g->grants.at[j].fact)->id, &revoke->grant)) {
                revoke->of = j;
                g->grants.at[j].revoked = true;
            }
    }
    for (uint32_t i = 0; i < g->grants.count; i++)
        g->instances.at[g->grants.at[i].instance].open_grant |= g->grants.at[i].counts && !g->grants.at[i].revoked;
}

/* The group's root cannot remove whom the workspace's made an admin. */
static bool outranks(const struct governance *g, uint8_t rank, uint32_t instance)
{
    for (uint32_t at = g->instances.at[instance].grants; at != NONE; at = g->grants.at[at].next)
        if (g->grants.at[at].counts && g->grants.at[at].rank > rank)
            return false;
    return true;
}

static void count_removals_by_roots(struct governance *g)
{
    for (uint32_t i = 0; i < g->segments.count; i++)
        g->segments.at[i].root_limit = UNLIMITED;
    for (uint32_t i = 0; i < g->removals.count; i++) {
        struct removal_act *removal = &g->removals.at[i];
        const uint8_t rank = fact_of(g, removal->fact)->rank;
        removal->sort = rank && outranks(g, rank, removal->instance) ? REMOVAL_BY_ROOT : REMOVAL_VOID;
        removal->by_admin = removal->replaced = false;
        if (removal->sort == REMOVAL_VOID)
            continue;
        govern_cut(g, removal->instance, removal->cut);
        EACH_SEGMENT(g, removal->instance, at)
        {
            struct segment *segment = &g->segments.at[at];
            if (segment->within < segment->root_limit)
                segment->root_limit = segment->within;
        }
    }
}

/* Of several REVOKEs of a grant the smallest cut counts. */
static void lay_spans(struct governance *g, uint32_t index)
{
    const struct grant_act *grant = &g->grants.at[index];
    EACH_SEGMENT(g, grant->instance, at) g->segments.at[at].all_within = g->segments.at[at].root_limit;
    for (uint32_t i = 0; grant->revoked && i < g->revokes.count; i++) {
        if (g->revokes.at[i].of != index)
            continue;
        govern_cut(g, grant->instance, g->revokes.at[i].cut);
        EACH_SEGMENT(g, grant->instance, at)
        {
            struct segment *segment = &g->segments.at[at];
            if (segment->within < segment->all_within)
                segment->all_within = segment->within;
        }
    }
    begin(g, grant);
    EACH_SEGMENT(g, grant->instance, at)
    {
        struct segment *segment = &g->segments.at[at];
        *LIST_ADD(g->spans) = (struct span){segment->after, segment->all_within, segment->spans};
        segment->spans = g->spans.count - 1;
    }
}

void govern_grants(struct governance *g)
{
    g->spans.count = 0;
    for (uint32_t i = 0; i < g->segments.count; i++)
        g->segments.at[i].spans = NONE;
    count_grants(g);
    count_removals_by_roots(g);
    for (uint32_t i = 0; i < g->grants.count; i++)
        if (g->grants.at[i].counts)
            lay_spans(g, i);
}

bool govern_authority(const struct governance *g, const struct fact *fact)
{
    for (uint32_t at = g->segments.at[fact->segment].spans; at != NONE; at = g->spans.at[at].next)
        if (fact->seq > g->spans.at[at].after && fact->seq <= g->spans.at[at].within)
            return true;
    return false;
}

bool govern_revokes_cited(const struct governance *g, const struct removal_act *removal)
{
    for (uint32_t at = g->instances.at[removal->instance].grants; at != NONE; at = g->grants.at[at].next) {
        bool cited = !g->grants.at[at].counts;
        for (uint32_t i = 0; !cited && i < g->revokes.count; i++)
            cited =
                g->revokes.at[i].of == at && govern_cites(g, removal->cites, &fact_of(g, g->revokes.at[i].fact)->id);
        if (!cited)
            return false;
    }
    return true;
}
