/* SPDX-License-Identifier: MIT
 * Which REMOVEs count, and what they cut.  PROTOCOL.md, "Governance", strata 3 and 4. */
#include "govern.h"

/* ---------------------------------------------------------------- stratum 3: judged as if only roots removed */

/* Its author belonged to the group when it was written. */
static bool author_belongs(const struct governance *g, const struct fact *fact)
{
    const struct instance *author = &g->instances.at[author_of(g, fact)];
    bool belongs =
        author->first.add != NONE || author->first.link != NONE || author->from_workspace || govern_authority(g, fact);
    return belongs && fact->seq <= g->segments.at[fact->segment].root_limit;
}

/* An ADD of the instance by somebody who knew of that removal in the workspace makes the word stale. */
static bool is_stale(const struct governance *g, uint32_t instance, const struct hash *removed)
{
    for (uint32_t at = g->instances.at[instance].adds; at != NONE; at = g->adds.at[at].next)
        if (g->adds.at[at].counts && govern_cites(g, g->adds.at[at].cites, removed))
            return true;
    return false;
}

static bool cites_workspace(const struct governance *g, const struct removal_act *removal)
{
    const struct sign_public *key = &g->devices.at[g->instances.at[removal->instance].device].key;
    for (uint32_t i = 0; i < removal->cites.count; i++) {
        const struct hash *cited = &g->cited.at[removal->cites.at + i];
        if (govern_removed_by(g->workspace, cited, key) && !is_stale(g, removal->instance, cited))
            return true;
    }
    return false;
}

static bool is_full_member(const struct governance *g, const struct fact *fact)
{
    return g->instances.at[author_of(g, fact)].first.role == ROLE_MEMBER || govern_authority(g, fact);
}

static bool are_linked(const struct governance *g, uint32_t a, uint32_t b)
{
    const struct standing *x = &g->instances.at[a].first, *y = &g->instances.at[b].first;
    return x->tree == y->tree;
}

static enum removal_sort early_sort(const struct governance *g, const struct removal_act *removal)
{
    const struct fact *fact = fact_of(g, removal->fact);
    uint32_t author = author_of(g, fact);
    if (fact->rank || govern_by_root_key(g, fact))
        return removal->sort;
    if (!author_belongs(g, fact))
        return REMOVAL_VOID;
    if (author == removal->instance)
        return REMOVAL_OF_OWN;
    if (g->workspace && is_full_member(g, fact) &&
        govern_is_current(g->workspace, &g->devices.at[g->instances.at[author].device].key) &&
        cites_workspace(g, removal))
        return REMOVAL_OF_WORKSPACE;
    return are_linked(g, author, removal->instance) && govern_revokes_cited(g, removal) ? REMOVAL_OF_LINKED
                                                                                        : REMOVAL_VOID;
}

/* One leaves once: further REMOVEs of one's own behind the first of a log would only cost time. */
static void leave_once(struct governance *g)
{
    for (uint32_t i = 0; i < g->segments.count; i++)
        g->segments.at[i].left = UNLIMITED;
    for (uint32_t i = 0; i < g->removals.count; i++) {
        const struct fact *fact = fact_of(g, g->removals.at[i].fact);
        struct segment *segment = &g->segments.at[fact->segment];
        if (g->removals.at[i].sort == REMOVAL_OF_OWN && fact->seq < segment->left)
            segment->left = fact->seq;
    }
    for (uint32_t i = 0; i < g->removals.count; i++) {
        const struct fact *fact = fact_of(g, g->removals.at[i].fact);
        uint64_t before = fact->seq - 1;
        if (g->removals.at[i].sort != REMOVAL_OF_OWN)
            continue;
        for (uint32_t at = fact->segment; at != NONE; at = g->segments.at[at].parent) {
            if (g->segments.at[at].left <= before)
                g->removals.at[i].sort = REMOVAL_VOID;
            before = g->segments.at[at].base;
        }
    }
}

/* ---------------------------------------------------------------- cuts */

/* Puts into `within` what the removal lets stand: its cut, but never less than its author had seen. */
static void let_stand(struct governance *g, struct removal_act *removal)
{
    govern_cut(g, removal->instance, removal->cut);
    govern_reach(g, removal);
    for (uint32_t i = 0; i < removal->reach.count; i++) {
        struct segment *segment = &g->segments.at[removal->reach.at[i].segment];
        if (removal->reach.at[i].within > segment->within)
            segment->within = removal->reach.at[i].within;
    }
}

static bool has_pool(const struct governance *g, uint32_t instance, bool *ret_admins)
{
    bool any = false;
    *ret_admins = false;
    for (uint32_t at = g->instances.at[instance].removals; at != NONE; at = g->removals.at[at].next) {
        bool is = g->removals.at[at].sort == REMOVAL_OF_WORKSPACE;
        any |= is;
        *ret_admins |= is && g->removals.at[at].by_admin;
    }
    return any;
}

/* Of those that cite the workspace admins' go before others'; then the largest cut wins. */
static void cut_by_workspace(struct governance *g, uint32_t instance)
{
    bool admins;
    if (!has_pool(g, instance, &admins))
        return;
    EACH_SEGMENT(g, instance, segment) g->segments.at[segment].all_within = 0;
    for (uint32_t at = g->instances.at[instance].removals; at != NONE; at = g->removals.at[at].next) {
        struct removal_act *removal = &g->removals.at[at];
        if (removal->sort != REMOVAL_OF_WORKSPACE || (admins && !removal->by_admin))
            continue;
        let_stand(g, removal);
        EACH_SEGMENT(g, instance, segment)
        {
            struct segment *to = &g->segments.at[segment];
            if (to->within > to->all_within)
                to->all_within = to->within;
        }
    }
    EACH_SEGMENT(g, instance, segment)
    {
        struct segment *to = &g->segments.at[segment];
        if (to->all_within < to->limit)
            to->limit = to->all_within;
    }
}

static void cut_by_own(struct governance *g, uint32_t instance)
{
    for (uint32_t at = g->instances.at[instance].removals; at != NONE; at = g->removals.at[at].next) {
        struct removal_act *removal = &g->removals.at[at];
        if (removal->sort != REMOVAL_OF_OWN && removal->sort != REMOVAL_OF_LINKED)
            continue;
        let_stand(g, removal);
        EACH_SEGMENT(g, instance, segment)
        {
            struct segment *to = &g->segments.at[segment];
            if (to->within < to->limit)
                to->limit = to->within;
        }
    }
}

/* ---------------------------------------------------------------- stratum 4 */

static void count_by_admin(struct governance *g, struct removal_act *removal)
{
    const struct fact *fact = fact_of(g, removal->fact);
    if (removal->sort != REMOVAL_VOID || author_of(g, fact) == removal->instance || fact->rank ||
        g->scope.kind == GOVERN_DIRECT || govern_by_root_key(g, fact))
        return;
    if (govern_authority(g, fact) && fact->seq <= g->segments.at[fact->segment].limit &&
        govern_revokes_cited(g, removal)) {
        removal->sort = REMOVAL_BY_ADMIN;
        removal->by_admin = true;
    }
}

static void cut_by_admins(struct governance *g, struct removal_act *removal)
{
    if (removal->sort != REMOVAL_BY_ADMIN)
        return;
    let_stand(g, removal);
    EACH_SEGMENT(g, removal->instance, segment)
    {
        struct segment *to = &g->segments.at[segment];
        if (to->within < to->full_limit)
            to->full_limit = to->within;
    }
}

/* For content an admin's REMOVE takes the place of those it cites, but for a root's. */
static void mark_replaced(struct governance *g, const struct removal_act *removal)
{
    for (uint32_t i = 0; removal->by_admin && i < removal->cites.count; i++) {
        uint32_t fact = govern_fact(g, &g->cited.at[removal->cites.at + i]);
        if (fact == NONE || fact_of(g, fact)->type != ENTRY_REMOVE || fact_of(g, fact)->act == NONE)
            continue;
        struct removal_act *cited = &g->removals.at[fact_of(g, fact)->act];
        if (cited->instance == removal->instance && cited->sort != REMOVAL_BY_ROOT)
            cited->replaced = true;
    }
}

static void note_removed(struct governance *g)
{
    for (uint32_t i = 0; i < g->instances.count; i++) {
        g->instances.at[i].removed = false;
        g->instances.at[i].removal = NONE;
    }
    for (uint32_t i = 0; i < g->removals.count; i++) {
        const struct removal_act *removal = &g->removals.at[i];
        struct instance *instance = &g->instances.at[removal->instance];
        if (removal->sort == REMOVAL_VOID)
            continue;
        const struct hash *id = &fact_of(g, removal->fact)->id;
        if (!instance->removed || memcmp(id, &fact_of(g, instance->removal)->id, sizeof *id) < 0)
            instance->removal = removal->fact;
        instance->removed = true;
        mark_replaced(g, removal);
    }
}

void govern_removals(struct governance *g)
{
    for (uint32_t i = 0; i < g->segments.count; i++)
        g->segments.at[i].limit = g->segments.at[i].root_limit;
    for (uint32_t i = 0; i < g->removals.count; i++) {
        struct removal_act *removal = &g->removals.at[i];
        removal->sort = early_sort(g, removal);
        removal->by_admin = removal->sort == REMOVAL_OF_WORKSPACE && govern_authority(g, fact_of(g, removal->fact));
    }
    leave_once(g);
    for (uint32_t i = 0; i < g->instances.count; i++)
        if (g->instances.at[i].removals != NONE) {
            cut_by_workspace(g, i);
            cut_by_own(g, i);
        }
    for (uint32_t i = 0; i < g->removals.count; i++)
        count_by_admin(g, &g->removals.at[i]);
    for (uint32_t i = 0; i < g->segments.count; i++)
        g->segments.at[i].full_limit = g->segments.at[i].limit;
    for (uint32_t i = 0; i < g->removals.count; i++)
        cut_by_admins(g, &g->removals.at[i]);
    note_removed(g);
}
