/* SPDX-License-Identifier: MIT
 * Which entries come before which: along the chain and the deps.  PROTOCOL.md, "Causes". */
#include "govern.h"

/* ---------------------------------------------------------------- ties */

static struct dep dep_of(const struct governance *g, const struct fact *fact, uint32_t index)
{
    const uint8_t *record = g->deps.data + (size_t)(fact->deps + index) * DEP_SIZE;
    struct dep dep = {.seq = get_u64(record + 32)};
    memcpy(dep.log.bytes, record, 32);
    memcpy(dep.id, record + 40, sizeof dep.id);
    return dep;
}

/* Of several entries of a forked log that the eight bytes fit, the one with the smallest id. */
static uint32_t find_dep(const struct governance *g, const struct dep *dep)
{
    uint32_t chain = govern_chain(g, &dep->log), found = NONE;
    for (uint32_t at = chain == NONE ? NONE : g->chains.at[chain].segments; at != NONE; at = g->segments.at[at].next) {
        const struct segment *segment = &g->segments.at[at];
        if (dep->seq <= segment->base || dep->seq - segment->base > segment->facts.count)
            continue;
        uint32_t fact = segment->facts.at[dep->seq - segment->base - 1];
        const struct hash *id = &fact_of(g, fact)->id;
        if (memcmp(id, dep->id, sizeof dep->id) == 0 &&
            (found == NONE || memcmp(id, &fact_of(g, found)->id, sizeof *id) < 0))
            found = fact;
    }
    return found;
}

static struct hash dep_name(const struct hash *log, uint64_t seq, const uint8_t id[8])
{
    struct hash name;
    memcpy(name.bytes, id, 8);
    put_u64(name.bytes + 8, seq);
    memcpy(name.bytes + 16, log->bytes, 16);
    return name;
}

static void tie_previous(struct governance *g, struct fact *fact)
{
    uint32_t before = govern_fact(g, &fact->previous);
    g->parents.at[fact->parents] = before;
    if (before == NONE && !crypto_is_zero(fact->previous.bytes, sizeof fact->previous.bytes))
        table_put(&g->waiting, fact->previous.bytes, govern_value(0));
}

static void tie_dep(struct governance *g, struct fact *fact, uint32_t index)
{
    struct dep dep = dep_of(g, fact, index);
    uint32_t cause = find_dep(g, &dep);
    g->parents.at[fact->parents + 1 + index] = cause;
    if (cause == NONE) {
        struct hash name = dep_name(&dep.log, dep.seq, dep.id);
        table_put(&g->waiting, name.bytes, govern_value(0));
    }
}

/* Whether an entry that came before names this one: or, of a forked log, could. */
static bool is_awaited(const struct governance *g, const struct fact *fact)
{
    const struct chain *chain = chain_of(g, fact);
    struct hash name = dep_name(&chain->id, fact->seq, fact->id.bytes);
    if (table_get(&g->waiting, name.bytes) || table_get(&g->waiting, fact->id.bytes))
        return true;
    return g->segments.at[chain->segments].next != NONE; /* eight bytes may fit two */
}

void govern_tie(struct governance *g, uint32_t index)
{
    struct fact *fact = fact_of(g, index);
    fact->parents = g->parents.count;
    for (uint32_t i = 0; i < 1u + fact->dep_count; i++)
        *LIST_ADD(g->parents) = NONE;
    if (is_awaited(g, fact))
        g->late = true;
    fact->order = g->order.count;
    *LIST_ADD(g->order) = index;
    tie_previous(g, fact);
    for (uint32_t i = 0; i < fact->dep_count; i++)
        tie_dep(g, fact, i);
}

static uint32_t parent_count(const struct fact *fact)
{
    return 1u + fact->dep_count;
}

/* Kahn's: whoever has no cause left to wait for.  What hangs on a circle comes last, by id: who finds an id that begins
 * with eight given bytes can make one. */
static int by_id(const void *a, const void *b)
{
    return memcmp(*(const struct hash *const *)a, *(const struct hash *const *)b, sizeof(struct hash));
}

static void place_circles(struct governance *g, const uint32_t *open)
{
    LIST(const struct hash *) left = {0};
    for (uint32_t i = 0; i < g->facts.count; i++)
        if (open[i])
            *LIST_ADD(left) = &fact_of(g, i)->id;
    if (left.count)
        qsort(left.at, left.count, sizeof *left.at, by_id);
    g->has_circles = left.count > 0;
    for (uint32_t i = 0; i < left.count; i++) {
        *LIST_ADD(g->order) = govern_fact(g, left.at[i]);
        fact_of(g, govern_fact(g, left.at[i]))->in_circle = true;
    }
    free(left.at);
}

/* For each entry the list of those that name it: `first` by entry, `next` by place in parents, whose owner is `of`. */
struct effects_of {
    uint32_t *first, *next, *of, *open;
};

static void list_effects(const struct governance *g, struct effects_of *effects)
{
    for (uint32_t i = 0; i < g->facts.count; i++)
        effects->first[i] = NONE;
    for (uint32_t i = 0; i < g->facts.count; i++) {
        const struct fact *fact = fact_of(g, i);
        effects->open[i] = 0;
        for (uint32_t at = fact->parents; at < fact->parents + parent_count(fact); at++) {
            uint32_t cause = g->parents.at[at];
            if (cause == NONE)
                continue;
            effects->of[at] = i;
            effects->next[at] = effects->first[cause];
            effects->first[cause] = at;
            effects->open[i]++;
        }
    }
}

static void order_by_causes(struct governance *g)
{
    size_t facts = g->facts.count, ties = g->parents.count;
    uint32_t *memory = alloc_zero(facts * 2 + ties * 2, sizeof *memory);
    struct effects_of effects = {memory, memory + facts * 2, memory + facts * 2 + ties, memory + facts};
    list_effects(g, &effects);
    g->order.count = 0;
    for (uint32_t i = 0; i < g->facts.count; i++)
        if (!effects.open[i])
            *LIST_ADD(g->order) = i;
    for (uint32_t i = 0; i < g->order.count; i++)
        for (uint32_t at = effects.first[g->order.at[i]]; at != NONE; at = effects.next[at])
            if (--effects.open[effects.of[at]] == 0)
                *LIST_ADD(g->order) = effects.of[at];
    place_circles(g, effects.open);
    for (uint32_t i = 0; i < g->order.count; i++)
        fact_of(g, g->order.at[i])->order = i;
    free(memory);
}

void govern_tie_anew(struct governance *g)
{
    table_done(&g->waiting);
    for (uint32_t i = 0; i < g->facts.count; i++) {
        struct fact *fact = fact_of(g, i);
        fact->in_circle = false;
        tie_previous(g, fact);
        for (uint32_t dep = 0; dep < fact->dep_count; dep++)
            tie_dep(g, fact, dep);
    }
    order_by_causes(g);
    for (uint32_t i = 0; i < g->removals.count; i++)
        g->removals.at[i].reach_for = NONE;
}

/* ---------------------------------------------------------------- what a removal's author had seen */

static bool mark_causes(struct governance *g, const struct fact *fact)
{
    bool any = false;
    for (uint32_t at = fact->parents; at < fact->parents + parent_count(fact); at++) {
        if (g->parents.at[at] == NONE || fact_of(g, g->parents.at[at])->mark == g->mark)
            continue;
        fact_of(g, g->parents.at[at])->mark = g->mark;
        any = true;
    }
    return any;
}

/* Puts into `after` of the segments of `instance` what lies in the past of `from`.  Backwards through the order: what
 * is met of a segment first is the most, and when all have been met the rest is of no interest. */
static void walk_past(struct governance *g, uint32_t from, uint32_t instance)
{
    const bool again = g->has_circles;
    uint32_t open = 0;
    bool more = true;
    EACH_SEGMENT(g, instance, segment) open++;
    g->mark++;
    mark_causes(g, fact_of(g, from));
    while (more) {
        more = false;
        for (uint32_t i = again ? g->order.count : fact_of(g, from)->order; i-- > 0 && (open || again);) {
            const struct fact *fact = fact_of(g, g->order.at[i]);
            if (fact->mark != g->mark)
                continue;
            struct segment *segment = &g->segments.at[fact->segment];
            bool is_his = g->chains.at[segment->log].instance == instance;
            open -= is_his && !segment->after;
            if (is_his && fact->seq > segment->after)
                segment->after = fact->seq;
            if (mark_causes(g, fact))
                more = again;
        }
    }
}

static bool has_marked_cause(const struct governance *g, const struct fact *fact)
{
    for (uint32_t at = fact->parents; at < fact->parents + parent_count(fact); at++)
        if (g->parents.at[at] != NONE && fact_of(g, g->parents.at[at])->mark == g->mark)
            return true;
    return false;
}

/* Marks what comes after `from`: once through the order, in which only a circle can stand wrong. */
static void walk_future(struct governance *g, uint32_t from)
{
    const bool again = g->has_circles;
    bool more = true;
    g->mark++;
    fact_of(g, from)->mark = g->mark;
    while (more) {
        more = false;
        for (uint32_t i = again ? 0 : fact_of(g, from)->order + 1; i < g->order.count; i++) {
            struct fact *fact = fact_of(g, g->order.at[i]);
            if (fact->mark != g->mark && has_marked_cause(g, fact)) {
                fact->mark = g->mark;
                more = again;
            }
        }
    }
}

/* The last entry of a segment that does not come after the one walked from. */
static uint64_t before_future(const struct governance *g, const struct segment *segment, uint32_t from)
{
    for (uint32_t i = 0; i < segment->facts.count; i++)
        if (segment->facts.at[i] != from && fact_of(g, segment->facts.at[i])->mark == g->mark)
            return segment->base + i;
    return UNLIMITED;
}

static bool is_reached(const struct governance *g, const struct removal_act *removal)
{
    if (removal->reach_for == NONE)
        return false;
    return removal->sort != REMOVAL_OF_OWN || removal->reach_for == g->instances.at[removal->instance].fact_count;
}

void govern_reach(struct governance *g, struct removal_act *removal)
{
    if (is_reached(g, removal))
        return;
    removal->reach.count = 0;
    removal->reach_for = g->instances.at[removal->instance].fact_count;
    EACH_SEGMENT(g, removal->instance, segment) g->segments.at[segment].after = 0;
    if (removal->sort == REMOVAL_OF_OWN)
        walk_future(g, removal->fact);
    else
        walk_past(g, removal->fact, removal->instance);
    EACH_SEGMENT(g, removal->instance, segment)
    {
        const struct segment *at = &g->segments.at[segment];
        uint64_t within = removal->sort == REMOVAL_OF_OWN ? before_future(g, at, removal->fact) : at->after;
        if (within)
            *LIST_ADD(removal->reach) = (struct reach){segment, within};
    }
}
