/* SPDX-License-Identifier: MIT
 * Which key to seal with, and who was not given it.  PROTOCOL.md, "Governance". */
#include "govern.h"

static bool is_among(uint64_t name, const uint64_t *among, uint32_t size)
{
    uint32_t low = 0, high = size;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (among[middle] < name)
            low = middle + 1;
        else
            high = middle;
    }
    return low < size && among[low] == name;
}

static bool all_among(const struct governance *g, uint32_t names, uint32_t count, const uint64_t *among, uint32_t size)
{
    for (uint32_t i = 0; i < count; i++)
        if (!is_among(g->names.at[names + i], among, size))
            return false;
    return true;
}

/* The first of what gives that key to somebody, a list by key_act.next. */
static uint32_t givers(const struct governance *g, const struct epoch_id *epoch)
{
    struct hash name = {{0}};
    memcpy(name.bytes, epoch->bytes, sizeof epoch->bytes);
    return govern_index(table_get(&g->keys_by_epoch, name.bytes));
}

/* Whoever was given this key by somebody who could have had it holds keys now. */
static bool is_clean(const struct governance *g, const struct epoch_id *epoch)
{
    for (uint32_t at = givers(g, epoch); at != NONE; at = g->keys.at[at].next) {
        const struct key_act *key = &g->keys.at[at];
        if (!g->instances.at[author_of(g, fact_of(g, key->fact))].held_keys)
            continue;
        if (!all_among(g, key->names, key->count, g->holder_names.at, g->holder_names.count) ||
            !all_among(g, key->names + key->count, key->carriers, g->member_names.at, g->member_names.count))
            return false;
    }
    return true;
}

/* Whether it counts, and its author may still have keys. */
static bool is_usable(const struct governance *g, const struct key_act *key)
{
    const struct fact *fact = fact_of(g, key->fact);
    const struct log_name *name = &chain_of(g, fact)->name;
    struct governance_standing standing;
    struct governance_member author;
    return fact->verdict == RULE_COUNTS && governance_standing(g, &name->device, name->instance, &standing) &&
           standing.current && governance_who(g, &name->device, name->instance, &author) && author.role <= ROLE_MEMBER;
}

static struct governance_epoch describe(const struct governance *g, const struct key_act *key)
{
    const struct fact *fact = fact_of(g, key->fact);
    const struct chain *chain = chain_of(g, fact);
    return (struct governance_epoch){key->epoch, key->height, fact->id, chain->name.device, chain->id, fact->seq};
}

bool governance_epoch(const struct governance *g, size_t nth, struct governance_epoch *ret)
{
    for (uint32_t i = g->epochs.count; i-- > 0;) {
        const struct key_act *key = &g->keys.at[g->epochs.at[i]];
        if (!is_usable(g, key) || !is_clean(g, &key->epoch) || nth-- > 0)
            continue;
        *ret = describe(g, key);
        return true;
    }
    return false;
}

bool governance_epoch_held(const struct governance *g, governance_holds *holds, const void *arg,
                           struct governance_epoch *ret)
{
    for (uint32_t i = g->epochs.count; i-- > 0;) {
        const struct key_act *key = &g->keys.at[g->epochs.at[i]];
        if (!holds(arg, &key->epoch) || !is_usable(g, key) || !is_clean(g, &key->epoch))
            continue;
        *ret = describe(g, key);
        return true;
    }
    return false;
}

bool governance_has_epoch(const struct governance *g, const struct epoch_id *epoch)
{
    for (uint32_t at = givers(g, epoch); at != NONE; at = g->keys.at[at].next) {
        const struct fact *fact = fact_of(g, g->keys.at[at].fact);
        if (fact->type == ENTRY_EPOCH && fact->verdict == RULE_COUNTS)
            return true;
    }
    return false;
}

static int by_name(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void list_reached(const struct governance *g, const struct epoch_id *epoch, struct indexes *givers_of,
                         uint32_t *ret_names)
{
    for (uint32_t at = givers(g, epoch); at != NONE; at = g->keys.at[at].next) {
        if (fact_of(g, g->keys.at[at].fact)->verdict != RULE_COUNTS)
            continue;
        *LIST_ADD(*givers_of) = at;
        *ret_names += g->keys.at[at].count;
    }
}

static bool cites_unknown(const struct governance *g, struct cites cites)
{
    for (uint32_t i = 0; i < cites.count; i++) {
        const struct hash *cited = &g->cited.at[cites.at + i];
        if (govern_fact(g, cited) == NONE && (!g->workspace || govern_fact(g->workspace, cited) == NONE))
            return true;
    }
    return false;
}

/* Its author removed him before, by what has not come: a root's REVOKE, perhaps, which stands in another log. */
static bool is_put_out(const struct governance *g, const struct epoch_id *epoch, const struct governance_member *member)
{
    const struct instance *instance = &g->instances.at[govern_find_instance(g, &member->device, member->instance)];
    for (uint32_t at = givers(g, epoch); at != NONE; at = g->keys.at[at].next) {
        const struct fact *key = fact_of(g, g->keys.at[at].fact);
        for (uint32_t r = instance->removals; r != NONE && key->type == ENTRY_EPOCH; r = g->removals.at[r].next) {
            const struct fact *removal = fact_of(g, g->removals.at[r].fact);
            if (removal->log == key->log && removal->seq < key->seq && cites_unknown(g, g->removals.at[r].cites))
                return true;
        }
    }
    return false;
}

size_t governance_missed(const struct governance *g, const struct epoch_id *epoch, struct dh_public *ret, size_t most)
{
    struct indexes counted = {0};
    uint32_t size = 0, count = 0;
    size_t missed = 0;
    list_reached(g, epoch, &counted, &size);
    uint64_t *names = alloc_zero(size + 1u, sizeof *names);
    for (uint32_t i = 0; i < counted.count; i++) {
        const struct key_act *key = &g->keys.at[counted.at[i]];
        for (uint32_t n = 0; n < key->count; n++)
            names[count++] = g->names.at[key->names + n];
    }
    qsort(names, count, sizeof *names, by_name);
    for (uint32_t i = 0; i < g->members.count && missed < most; i++) {
        const struct governance_member *member = &g->members.at[i];
        if (member->has_box && member->role != ROLE_CARRIER && !is_among(box_name(&member->box), names, count) &&
            !is_put_out(g, epoch, member))
            ret[missed++] = member->box;
    }
    free(names);
    free(counted.at);
    return missed;
}

uint64_t governance_next_height(const struct governance *g)
{
    return g->top_height + 1;
}
