/* SPDX-License-Identifier: MIT
 * Which entries a membership rests on, and what those have to say that change it. */
#include "govern.h"

static const struct instance *find(const struct governance *g, const struct sign_public *device, uint64_t instance)
{
    uint32_t at = govern_find_instance(g, device, instance);
    return at == NONE ? NULL : &g->instances.at[at];
}

bool governance_added(const struct governance *g, const struct sign_public *device, uint64_t instance,
                      struct governance_source *ret)
{
    const struct instance *found = find(g, device, instance);
    const struct standing *standing = found ? &found->last : NULL;
    if (!standing || (standing->add == NONE && standing->link == NONE))
        return false;
    const bool added = standing->add != NONE;
    const struct fact *fact = fact_of(g, added ? g->adds.at[standing->add].fact : g->links.at[standing->link].fact);
    *ret = (struct governance_source){fact->id, chain_of(g, fact)->id, fact->seq, fact->type,
                                      added ? g->adds.at[standing->add].role : ROLE_MEMBER};
    return true;
}

bool governance_add_cites(const struct governance *g, const struct sign_public *device, uint64_t instance,
                          const struct hash *entry)
{
    const struct instance *found = find(g, device, instance);
    return found && found->last.add != NONE && govern_cites(g, g->adds.at[found->last.add].cites, entry);
}

bool governance_granted_above(const struct governance *g, const struct sign_public *device, uint64_t instance)
{
    const struct instance *found = find(g, device, instance);
    for (uint32_t at = found ? found->grants : NONE; at != NONE; at = g->grants.at[at].next)
        if (g->grants.at[at].counts && !g->grants.at[at].revoked && g->grants.at[at].rank > 1)
            return true;
    return false;
}

void governance_open_grants(const struct governance *g, const struct sign_public *device, uint64_t instance,
                            struct buffer *ret)
{
    const struct instance *found = find(g, device, instance);
    for (uint32_t at = found ? found->grants : NONE; at != NONE; at = g->grants.at[at].next)
        if (g->grants.at[at].counts && !g->grants.at[at].revoked)
            buffer_append(ret, BYTES_OF(fact_of(g, g->grants.at[at].fact)->id.bytes));
}

bool governance_was_granted(const struct governance *g, const struct sign_public *device, uint64_t instance)
{
    const struct instance *found = find(g, device, instance);
    return found && found->granted;
}

/* The REMOVE, and of the workspace's what it rests on. */
static void cite_removal(const struct governance *g, const struct removal_act *removal, const struct sign_public *key,
                         struct buffer *cites)
{
    buffer_append(cites, BYTES_OF(fact_of(g, removal->fact)->id.bytes));
    for (uint32_t i = 0; removal->sort == REMOVAL_OF_WORKSPACE && i < removal->cites.count; i++) {
        const struct hash *cited = &g->cited.at[removal->cites.at + i];
        if (govern_removed_by(g->workspace, cited, key))
            buffer_append(cites, BYTES_OF(cited->bytes));
    }
}

uint64_t governance_return(const struct governance *g, const struct sign_public *device, struct buffer *cites)
{
    uint32_t found = govern_device(g, device);
    uint64_t highest = 0;
    for (uint32_t at = found == NONE ? NONE : g->devices.at[found].instances; at != NONE;
         at = g->instances.at[at].next) {
        const struct instance *instance = &g->instances.at[at];
        bool spoken_of =
            instance->adds != NONE || instance->grants != NONE || instance->links != NONE || instance->removals != NONE;
        if (spoken_of && instance->number > highest)
            highest = instance->number;
        for (uint32_t i = instance->removals; i != NONE; i = g->removals.at[i].next)
            if (g->removals.at[i].sort != REMOVAL_VOID)
                cite_removal(g, &g->removals.at[i], device, cites);
    }
    return highest + 1;
}
