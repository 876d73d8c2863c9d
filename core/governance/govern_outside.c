/* SPDX-License-Identifier: MIT
 * What a device has to know to see that it is no member: what put it out, or put out those who brought it in, and all
 * that came before. */
#include "govern.h"

struct search {
    const struct governance *g;
    bool *is_asked;              /* by instance */
    bool *is_past;               /* by fact */
    uint32_t *instances, *facts; /* still to be looked at */
    size_t instance_count, fact_count;
};

static void search_init(struct search *search, const struct governance *g)
{
    *search = (struct search){.g = g,
                              .is_asked = alloc_zero(g->instances.count + 1, sizeof(bool)),
                              .is_past = alloc_zero(g->facts.count + 1, sizeof(bool)),
                              .instances = alloc_zero(g->instances.count + 1, sizeof(uint32_t)),
                              .facts = alloc_zero(g->facts.count + 1, sizeof(uint32_t))};
}

static void search_done(struct search *search)
{
    free(search->is_asked);
    free(search->is_past);
    free(search->instances);
    free(search->facts);
}

static void ask_about(struct search *search, uint32_t instance)
{
    if (search->is_asked[instance])
        return;
    search->is_asked[instance] = true;
    search->instances[search->instance_count++] = instance;
}

static void mark(struct search *search, uint32_t fact)
{
    if (fact == NONE || search->is_past[fact])
        return;
    search->is_past[fact] = true;
    search->facts[search->fact_count++] = fact;
}

/* What was written in the same commit is no cause of it. */
static void mark_cited(struct search *search, const struct fact *fact)
{
    const struct governance *g = search->g;
    struct cites cites = {.count = 0};
    if (fact->act != NONE && fact->type == ENTRY_REMOVE)
        cites = g->removals.at[fact->act].cites;
    if (fact->act != NONE && fact->type == ENTRY_ADD)
        cites = g->adds.at[fact->act].cites;
    for (uint32_t i = 0; i < cites.count; i++)
        mark(search, govern_fact(g, &g->cited.at[cites.at + i]));
}

static void mark_past(struct search *search)
{
    while (search->fact_count > 0) {
        const struct fact *fact = fact_of(search->g, search->facts[--search->fact_count]);
        for (uint32_t i = 0; i <= fact->dep_count; i++)
            mark(search, search->g->parents.at[fact->parents + i]);
        mark_cited(search, fact);
    }
}

static void mark_roots(struct search *search)
{
    for (uint32_t i = 0; i < search->g->facts.count; i++)
        if (govern_by_root_key(search->g, fact_of(search->g, i)))
            mark(search, i);
}

static void ask_about_author(struct search *search, uint32_t fact)
{
    if (govern_by_root_key(search->g, fact_of(search->g, fact)))
        mark_roots(search);
    else
        ask_about(search, author_of(search->g, fact_of(search->g, fact)));
}

/* It was removed; else it never was in, as its author may not have been. */
static void look_at(struct search *search, const struct instance *instance)
{
    const struct governance *g = search->g;
    for (uint32_t at = instance->removals; at != NONE; at = g->removals.at[at].next)
        if (g->removals.at[at].sort != REMOVAL_VOID)
            mark(search, g->removals.at[at].fact);
    if (instance->removed)
        return;
    for (uint32_t at = instance->adds; at != NONE; at = g->adds.at[at].next)
        ask_about_author(search, g->adds.at[at].fact);
    for (uint32_t at = instance->links; at != NONE; at = g->links.at[at].next)
        ask_about_author(search, g->links.at[at].fact);
}

static void tell_ends(const struct search *search, governance_end *end, void *arg)
{
    const struct governance *g = search->g;
    for (uint32_t i = 0; i < g->segments.count; i++) {
        const struct segment *segment = &g->segments.at[i];
        uint32_t count = segment->facts.count;
        while (count > 0 && !search->is_past[segment->facts.at[count - 1]])
            count--;
        if (!count)
            continue;
        const struct fact *fact = fact_of(g, segment->facts.at[count - 1]);
        const struct cut last = {chain_of(g, fact)->id, fact->seq, fact->id};
        end(arg, &last);
    }
}

void governance_outside(const struct governance *g, const struct sign_public *device, governance_end *end, void *arg)
{
    uint32_t found = govern_device(g, device);
    struct search search;
    if (found == NONE || governance_member(g, device))
        return;
    search_init(&search, g);
    for (uint32_t at = g->devices.at[found].instances; at != NONE; at = g->instances.at[at].next)
        ask_about(&search, at);
    while (search.instance_count > 0)
        look_at(&search, &g->instances.at[search.instances[--search.instance_count]]);
    mark_past(&search);
    tell_ends(&search, end, arg);
    search_done(&search);
}
