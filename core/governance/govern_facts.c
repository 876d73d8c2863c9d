/* SPDX-License-Identifier: MIT
 * The entries a governance was told of, in their logs. */
#include "govern.h"

uint32_t govern_fact(const struct governance *g, const struct hash *id)
{
    return govern_index(table_get(&g->facts_by_id, id->bytes));
}

uint32_t govern_chain(const struct governance *g, const struct hash *id)
{
    return govern_index(table_get(&g->chains_by_id, id->bytes));
}

/* ---------------------------------------------------------------- devices and their instances */

uint32_t govern_device(const struct governance *g, const struct sign_public *key)
{
    return govern_index(table_get(&g->devices_by_key, key->bytes));
}

uint32_t govern_find_instance(const struct governance *g, const struct sign_public *key, uint64_t number)
{
    uint32_t device = govern_device(g, key);
    uint32_t at = device == NONE ? NONE : g->devices.at[device].instances;
    while (at != NONE && g->instances.at[at].number != number)
        at = g->instances.at[at].next;
    return at;
}

static uint32_t get_device(struct governance *g, const struct sign_public *key)
{
    uint32_t found = govern_device(g, key);
    if (found != NONE)
        return found;
    *LIST_ADD(g->devices) = (struct device){.key = *key, .instances = NONE};
    table_put(&g->devices_by_key, key->bytes, govern_value(g->devices.count - 1));
    return g->devices.count - 1;
}

uint32_t govern_get_instance(struct governance *g, const struct sign_public *key, uint64_t number)
{
    uint32_t found = govern_find_instance(g, key, number);
    if (found != NONE)
        return found;
    uint32_t device = get_device(g, key), made = g->instances.count;
    *LIST_ADD(g->instances) = (struct instance){.device = device,
                                                .number = number,
                                                .chains = NONE,
                                                .adds = NONE,
                                                .removals = NONE,
                                                .grants = NONE,
                                                .links = NONE,
                                                .removal = NONE};
    uint32_t *place = &g->devices.at[device].instances;
    while (*place != NONE && g->instances.at[*place].number < number)
        place = &g->instances.at[*place].next;
    g->instances.at[made].next = *place;
    *place = made;
    return made;
}

/* ---------------------------------------------------------------- logs */

static uint32_t get_chain(struct governance *g, const struct log_name *name, const struct hash *id)
{
    uint32_t found = govern_chain(g, id);
    if (found != NONE)
        return found;
    uint32_t instance = govern_get_instance(g, &name->device, name->instance), made = g->chains.count;
    struct instance *author = &g->instances.at[instance];
    *LIST_ADD(g->chains) =
        (struct chain){.id = *id, .name = *name, .instance = instance, .segments = NONE, .next = author->chains};
    author->chains = made;
    table_put(&g->chains_by_id, id->bytes, govern_value(made));
    return made;
}

static uint32_t begin_segment(struct governance *g, uint32_t chain, uint32_t parent, uint64_t base)
{
    *LIST_ADD(g->segments) = (struct segment){
        .log = chain, .parent = parent, .base = base, .next = g->chains.at[chain].segments, .spans = NONE};
    g->chains.at[chain].segments = g->segments.count - 1;
    g->structural = true;
    return g->segments.count - 1;
}

/* Behind `before`, NONE at seq 1. */
static uint32_t find_segment(struct governance *g, uint32_t chain, uint32_t before)
{
    if (before == NONE)
        return begin_segment(g, chain, NONE, 0);
    const struct fact *fact = fact_of(g, before);
    const struct segment *segment = &g->segments.at[fact->segment];
    if (segment->base + segment->facts.count == fact->seq)
        return fact->segment;
    return begin_segment(g, chain, fact->segment, fact->seq);
}

static bool is_behind(const struct governance *g, const struct entry *entry, uint32_t before)
{
    return before != NONE && fact_of(g, before)->log == govern_chain(g, &entry->log) &&
           fact_of(g, before)->seq == entry->seq - 1;
}

enum error govern_place(struct governance *g, const struct log_name *author, const struct entry *entry,
                        const struct hash *id, uint32_t *ret)
{
    uint32_t before = entry->seq == 1 ? NONE : govern_fact(g, &entry->previous), made = g->facts.count;
    if (govern_fact(g, id) != NONE)
        return ERR_EXISTS;
    if (entry->seq != 1 && !is_behind(g, entry, before))
        return ERR_NOT_FOUND;
    uint32_t chain = get_chain(g, author, &entry->log), segment = find_segment(g, chain, before);
    struct fact fact = {.id = *id, .previous = entry->previous, .seq = entry->seq, .log = chain, .segment = segment};
    fact.type = entry->type < NONE ? (uint32_t)entry->type : NONE;
    fact.act = NONE;
    fact.dep_count = (uint16_t)entry_dep_count(entry);
    fact.deps = (uint32_t)(g->deps.size / DEP_SIZE);
    buffer_append(&g->deps, entry->deps);
    *LIST_ADD(g->facts) = fact;
    *LIST_ADD(g->segments.at[segment].facts) = made;
    table_put(&g->facts_by_id, id->bytes, govern_value(made));
    g->instances.at[g->chains.at[chain].instance].fact_count++;
    if (g->segments.at[g->chains.at[chain].segments].next != NONE)
        g->structural = true; /* of a log that forked: what a cut names may have come */
    *ret = made;
    return OK;
}

uint32_t govern_at(const struct governance *g, uint32_t segment, uint64_t seq)
{
    while (segment != NONE && seq <= g->segments.at[segment].base)
        segment = g->segments.at[segment].parent;
    if (segment == NONE || seq - g->segments.at[segment].base > g->segments.at[segment].facts.count)
        return NONE;
    return g->segments.at[segment].facts.at[seq - g->segments.at[segment].base - 1];
}

bool govern_follows(const struct governance *g, uint32_t fact, uint32_t head)
{
    const struct fact *first = fact_of(g, fact), *last = fact_of(g, head);
    return first->log == last->log && first->seq <= last->seq && govern_at(g, last->segment, first->seq) == fact;
}
