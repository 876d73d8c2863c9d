/* SPDX-License-Identifier: MIT */
#include "autopsy_rules.h"

#include "core/governance/govern.h"
#include <inttypes.h>
#include <stdio.h>

struct witness {
    const struct governance *g;
    autopsy_name *name;
    const void *arg;
};

static unsigned start_of(const struct hash *id)
{
    return get_u32(id->bytes);
}

static void tell_instance(const struct witness *w, uint32_t at)
{
    const struct instance *instance = &w->g->instances.at[at];
    fprintf(stderr, " %s %" PRIu64, w->name(w->arg, &w->g->devices.at[instance->device].key), instance->number);
}

static void tell_act(const struct witness *w, const struct fact *fact)
{
    if (fact->act == NONE || fact->malformed)
        return;
    if (fact->type == ENTRY_GRANT)
        tell_instance(w, w->g->grants.at[fact->act].instance);
    if (fact->type == ENTRY_REVOKE)
        fprintf(stderr, " %08x", start_of(&w->g->revokes.at[fact->act].grant));
    if (fact->type == ENTRY_ADD)
        tell_instance(w, w->g->adds.at[fact->act].instance);
    if (fact->type == ENTRY_LINK)
        tell_instance(w, w->g->links.at[fact->act].instance);
    if (fact->type == ENTRY_REMOVE) {
        const struct removal_act *removal = &w->g->removals.at[fact->act];
        tell_instance(w, removal->instance);
        for (uint32_t i = 0; i < removal->cites.count; i++)
            fprintf(stderr, " cites %08x", start_of(&w->g->cited.at[removal->cites.at + i]));
        for (uint32_t i = 0; i < removal->cut.count; i++)
            fprintf(stderr, " cuts %08x at %" PRIu64, start_of(&w->g->cuts.at[removal->cut.at + i].log),
                    w->g->cuts.at[removal->cut.at + i].seq);
    }
    if (fact->type == ENTRY_EPOCH || fact->type == ENTRY_KEYSHARE) {
        const struct key_act *key = &w->g->keys.at[fact->act];
        fprintf(stderr, " %08x height %" PRIu64 " for %u", get_u32(key->epoch.bytes), key->height, key->count);
    }
}

void autopsy_rules(const struct governance *governance, autopsy_name *name, const void *arg)
{
    const struct witness witness = {governance, name, arg}, *w = &witness;
    static const char *const types[] = {"?",      "GENESIS",  "GRANT",      "REVOKE", "HANDOVER", "ADD",
                                        "REMOVE", "POLICY",   "CLOCK",      "PURGE",  "HOLD",     "LINK",
                                        "EPOCH",  "KEYSHARE", "GENERATION", "LETTER"};
    for (uint32_t i = 0; i < w->g->order.count; i++) {
        const struct fact *fact = fact_of(w->g, w->g->order.at[i]);
        if (fact->type == ENTRY_LETTER)
            continue;
        const struct chain *chain = chain_of(w->g, fact);
        fprintf(stderr, "    %08x %s %" PRIu64 " log %08x %" PRIu64 ": %s", start_of(&fact->id),
                w->name(w->arg, &chain->name.device), chain->name.instance, start_of(&chain->id), fact->seq,
                fact->type < 16 ? types[fact->type] : "?");
        tell_act(w, fact);
        fprintf(stderr, "%s%s\n", fact->verdict == RULE_COUNTS ? "" : ": ",
                fact->verdict == RULE_COUNTS ? "" : governance_sentence(fact->verdict));
    }
}
