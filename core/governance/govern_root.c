/* SPDX-License-Identifier: MIT
 * The group's root log through its generations: which entries of it are in force.  PROTOCOL.md, "Roots". */
#include "govern.h"

static uint32_t first_of(const struct governance *g, uint32_t fact)
{
    return govern_at(g, fact_of(g, fact)->segment, 1);
}

static bool is_root_log(const struct chain *chain)
{
    return crypto_is_zero(chain->name.sub.bytes, sizeof chain->name.sub.bytes);
}

uint32_t govern_root_chain(const struct governance *g, const struct sign_public *key, uint64_t generation)
{
    struct log_name name = {.group = g->scope.id, .device = *key, .instance = generation, .kind = KIND_GOVERNANCE};
    struct hash id;
    log_name_id(&name, &id);
    return govern_chain(g, &id);
}

static bool founds(const struct governance *g, uint32_t fact)
{
    const struct fact *entry = fact_of(g, fact);
    const struct chain *chain = chain_of(g, entry);
    return entry->type == ENTRY_GENESIS && entry->seq == 1 && entry->act != NONE && g->adds.at[entry->act].consented &&
           chain->name.instance == 0 && is_root_log(chain) && govern_same(&chain->name.device, &g->scope.root);
}

uint32_t govern_handover_before(const struct governance *g, uint32_t head)
{
    uint32_t found = NONE;
    for (uint32_t i = 0; i < g->handovers.count; i++)
        if (govern_follows(g, g->handovers.at[i].fact, head) &&
            (found == NONE || fact_of(g, g->handovers.at[i].fact)->seq < fact_of(g, g->handovers.at[found].fact)->seq))
            found = i;
    return found;
}

bool govern_is_within(const struct governance *g, const struct root_stage *stage, uint32_t fact)
{
    uint32_t first = first_of(g, fact);
    return fact_of(g, fact)->log == stage->chain && (stage->first == NONE ? founds(g, first) : first == stage->first);
}

static bool was_handed_over(const struct governance *g, const struct root_stage *stage)
{
    for (uint32_t i = 0; i < g->handovers.count; i++)
        if (govern_is_within(g, stage, g->handovers.at[i].fact))
            return true;
    return false;
}

/* Whether this key may go on from `head`.  A HANDOVER in any branch is final. */
static bool may_open(const struct governance *g, const struct root_stage *stage, const struct sign_public *key,
                     uint32_t head)
{
    if (stage->closed != NONE)
        return head == stage->closed && govern_same(key, &stage->key);
    uint32_t handover = govern_handover_before(g, head);
    if (handover != NONE)
        return govern_same(key, &g->handovers.at[handover].key);
    return govern_same(key, &stage->key) && !was_handed_over(g, stage);
}

static bool opens_next(const struct governance *g, const struct root_stage *stage, const struct opening_act *opening)
{
    const struct fact *fact = fact_of(g, opening->fact);
    const struct chain *chain = chain_of(g, fact);
    uint32_t head = govern_fact(g, &opening->head);
    return fact->seq == 1 && is_root_log(chain) && chain->name.instance == stage->generation + 1 && head != NONE &&
           govern_is_within(g, stage, head) && may_open(g, stage, &chain->name.device, head);
}

/* Of several the one with the smallest id. */
static uint32_t next_opening(const struct governance *g, const struct root_stage *stage)
{
    uint32_t found = NONE;
    for (uint32_t i = 0; i < g->openings.count; i++) {
        uint32_t fact = g->openings.at[i].fact;
        if (opens_next(g, stage, &g->openings.at[i]) &&
            (found == NONE || memcmp(&fact_of(g, fact)->id, &fact_of(g, found)->id, 32) < 0))
            found = fact;
    }
    return found;
}

uint32_t govern_unforked_end(const struct governance *g, uint32_t first)
{
    uint32_t segment = fact_of(g, first)->segment;
    uint64_t end = g->segments.at[segment].base + g->segments.at[segment].facts.count;
    for (uint32_t at = g->chains.at[fact_of(g, first)->log].segments; at != NONE; at = g->segments.at[at].next)
        if (g->segments.at[at].parent == segment && g->segments.at[at].base < end)
            end = g->segments.at[at].base;
    return govern_at(g, segment, end);
}

/* Generation 0 up to where it forks; with two beginnings that is GENESIS alone, which the group's id names. */
static uint32_t end_of_first(const struct governance *g, uint32_t chain)
{
    uint32_t found = NONE, beginnings = 0;
    for (uint32_t at = chain == NONE ? NONE : g->chains.at[chain].segments; at != NONE; at = g->segments.at[at].next) {
        if (g->segments.at[at].parent != NONE)
            continue;
        uint32_t first = g->segments.at[at].facts.at[0];
        beginnings++;
        if (founds(g, first) &&
            (found == NONE || memcmp(&fact_of(g, first)->id, &fact_of(g, found)->id, sizeof(struct hash)) < 0))
            found = first;
    }
    return beginnings == 1 && found != NONE ? govern_unforked_end(g, found) : found;
}

static uint32_t end_of(const struct governance *g, const struct root_stage *stage)
{
    if (stage->closed != NONE)
        return stage->closed;
    return stage->first == NONE ? end_of_first(g, stage->chain) : govern_unforked_end(g, stage->first);
}

/* ---------------------------------------------------------------- downwards */

/* Whether the workspace's root ended the group's root log at `head` and gave it to this key. */
static bool was_given(const struct governance *g, const struct sign_public *key, uint32_t head)
{
    for (uint32_t i = 0; i < g->handovers.count; i++)
        if (fact_of(g, g->handovers.at[i].fact)->rank == 2 && govern_same(&g->handovers.at[i].key, key) &&
            govern_same(&g->handovers.at[i].head, &fact_of(g, head)->id))
            return true;
    return false;
}

/* The head that the generation of `head` was opened from.  False: it does not stand in a root log of the group. */
static bool step_down(const struct governance *g, uint32_t head, uint32_t *ret)
{
    const struct fact *first = fact_of(g, first_of(g, head));
    const struct chain *chain = chain_of(g, first);
    *ret = NONE;
    if (founds(g, first_of(g, head)))
        return true;
    if (first->type != ENTRY_GENERATION || first->act == NONE || !is_root_log(chain))
        return false;
    uint32_t below = govern_fact(g, &g->openings.at[first->act].head);
    if (below == NONE)
        return false;
    const struct chain *lower = chain_of(g, fact_of(g, below));
    uint32_t handover = govern_handover_before(g, below);
    const struct sign_public *key = handover == NONE ? &lower->name.device : &g->handovers.at[handover].key;
    if (!is_root_log(lower) || lower->name.instance + 1 != chain->name.instance ||
        (!govern_same(key, &chain->name.device) && !was_given(g, &chain->name.device, below)))
        return false;
    *ret = below;
    return true;
}

bool govern_leads_to_genesis(const struct governance *g, uint32_t head)
{
    while (head != NONE)
        if (!step_down(g, head, &head))
            return false;
    return true;
}

void govern_mark_path(struct governance *g, uint32_t head, uint8_t rank)
{
    const struct fact *last = fact_of(g, head);
    for (uint64_t seq = 1; seq <= last->seq; seq++)
        fact_of(g, govern_at(g, last->segment, seq))->rank = rank;
}

/* Notes the generations from `head` down, and who speaks in each. */
static void take_down(struct governance *g, uint32_t head)
{
    uint32_t below;
    for (; head != NONE; head = below) {
        uint32_t handover = govern_handover_before(g, head);
        if (!step_down(g, head, &below))
            return;
        if (below == NONE)
            g->founding = first_of(g, head);
        govern_mark_path(g, handover == NONE ? head : g->handovers.at[handover].fact, 1);
        *LIST_ADD(g->generations) = (struct root_generation){chain_of(g, fact_of(g, head))->name.device, handover};
    }
    for (uint32_t i = 0, j = g->generations.count; i + 1 < j; i++) { /* from the first on */
        struct root_generation swapped = g->generations.at[i];
        g->generations.at[i] = g->generations.at[--j];
        g->generations.at[j] = swapped;
    }
}

/* A key has ended if another speaks now, at the first HANDOVER from its generation on. */
static void end_keys(struct governance *g)
{
    uint32_t handover = NONE;
    if (!g->generations.count)
        return;
    const struct root_generation *last = &g->generations.at[g->generations.count - 1];
    g->has_heir = g->has_heir || last->ended != NONE;
    if (last->ended != NONE)
        g->heir = g->handovers.at[last->ended].key;
    const struct sign_public key = g->has_heir ? g->heir : last->key;
    for (uint32_t i = g->generations.count; i-- > 0;) {
        struct root_generation *at = &g->generations.at[i];
        if (at->ended != NONE)
            handover = at->ended;
        at->ended = govern_same(&at->key, &key) ? NONE : handover;
    }
}

/* ---------------------------------------------------------------- the whole */

/* The last HANDOVER by the workspace's root that names a head of this group's.  NONE: none. */
static uint32_t superior_handover(const struct governance *g)
{
    uint32_t found = NONE;
    for (uint32_t i = 0; i < g->handovers.count; i++) {
        const struct fact *fact = fact_of(g, g->handovers.at[i].fact);
        uint32_t head = govern_fact(g, &g->handovers.at[i].head);
        if (fact->rank != 2 || head == NONE || !govern_leads_to_genesis(g, head))
            continue;
        const struct fact *best = found == NONE ? NULL : fact_of(g, g->handovers.at[found].fact);
        uint64_t generation = chain_of(g, fact)->name.instance;
        if (!best || generation > chain_of(g, best)->name.instance ||
            (generation == chain_of(g, best)->name.instance && fact->seq > best->seq))
            found = i;
    }
    return found;
}

static struct root_stage lowest_stage(struct governance *g)
{
    uint32_t handover = superior_handover(g);
    struct root_stage stage = {.key = g->scope.root, .first = NONE, .closed = NONE};
    stage.chain = govern_root_chain(g, &stage.key, 0);
    if (handover == NONE)
        return stage;
    stage.closed = govern_fact(g, &g->handovers.at[handover].head);
    stage.chain = fact_of(g, stage.closed)->log;
    stage.generation = g->chains.at[stage.chain].name.instance;
    stage.key = g->handovers.at[handover].key;
    stage.first = first_of(g, stage.closed);
    return stage;
}

static void note_root_keys(struct governance *g)
{
    *LIST_ADD(g->root_keys) = g->scope.root;
    for (uint32_t i = 0; i < g->generations.count; i++)
        *LIST_ADD(g->root_keys) = g->generations.at[i].key;
    if (g->has_heir)
        *LIST_ADD(g->root_keys) = g->heir;
    for (uint32_t i = 0; g->scope.kind == GOVERN_GROUP && i < g->workspace->root_keys.count; i++)
        *LIST_ADD(g->root_keys) = g->workspace->root_keys.at[i];
}

/* They are no devices, whoever adds or grants them. */
static void mark_root_keys(struct governance *g)
{
    for (uint32_t i = 0; i < g->instances.count; i++)
        g->instances.at[i].is_root = false;
    for (uint32_t i = 0; i < g->root_keys.count; i++) {
        uint32_t device = govern_device(g, &g->root_keys.at[i]);
        uint32_t at = device == NONE ? NONE : g->devices.at[device].instances;
        for (; at != NONE; at = g->instances.at[at].next)
            g->instances.at[at].is_root = true;
    }
}

void govern_roots(struct governance *g)
{
    for (uint32_t i = 0; i < g->facts.count; i++)
        fact_of(g, i)->rank = 0;
    g->generations.count = g->root_keys.count = 0;
    g->has_heir = false;
    g->founding = g->root_end = g->superior_end = NONE;
    mark_root_keys(g);
    if (g->scope.kind == GOVERN_DIRECT)
        return;
    if (g->scope.kind == GOVERN_GROUP)
        govern_superior(g);
    struct root_stage stage = lowest_stage(g);
    for (uint32_t opening; (opening = next_opening(g, &stage)) != NONE;) {
        const struct chain *chain = chain_of(g, fact_of(g, opening));
        stage = (struct root_stage){chain->name.device, chain->name.instance, fact_of(g, opening)->log, opening, NONE};
    }
    g->stage = stage;
    g->root_end = end_of(g, &stage);
    take_down(g, g->root_end);
    end_keys(g);
    if (stage.closed != NONE)
        *LIST_ADD(g->root_keys) = stage.key;
    note_root_keys(g);
    mark_root_keys(g);
}
