/* SPDX-License-Identifier: MIT
 * What a governance is asked between settlings. */
#include "govern.h"

const char *governance_sentence(enum governance_rule rule)
{
    static const char *const sentences[] = {
#define X(name, sentence) sentence,
        GOVERNANCE_RULES(X)
#undef X
    };
    return sentences[rule];
}

enum error governance_verdict(const struct governance *g, const struct hash *id, enum governance_rule *ret)
{
    uint32_t fact = govern_fact(g, id);
    if (fact == NONE)
        return ERR_NOT_FOUND;
    *ret = fact_of(g, fact)->verdict;
    return OK;
}

/* ---------------------------------------------------------------- members */

const struct governance_member *governance_members(const struct governance *g, size_t *ret_count)
{
    *ret_count = g->members.count;
    return g->members.at;
}

const struct governance_member *governance_member(const struct governance *g, const struct sign_public *device)
{
    uint32_t low = 0, high = g->members.count; /* behind the device's last one */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memcmp(&g->members.at[middle].device, device, sizeof *device) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low && govern_same(&g->members.at[low - 1].device, device) ? &g->members.at[low - 1] : NULL;
}

static const struct governance_member *listed(const struct governance *g, const struct sign_public *device,
                                              uint64_t instance)
{
    const struct governance_member *member = governance_member(g, device);
    while (member && member->instance != instance)
        member = member > g->members.at && govern_same(&member[-1].device, device) ? member - 1 : NULL;
    return member;
}

static bool is_brought_in(const struct instance *instance)
{
    return instance->last.add != NONE || instance->last.link != NONE || instance->granted || instance->from_workspace;
}

bool governance_who(const struct governance *g, const struct sign_public *device, uint64_t instance,
                    struct governance_member *ret)
{
    uint32_t at = govern_find_instance(g, device, instance);
    if (at == NONE || !is_brought_in(&g->instances.at[at]))
        return false;
    govern_describe(g, &g->instances.at[at], ret);
    return true;
}

bool governance_seek(const struct governance *g, governance_matches *matches, const void *arg,
                     struct governance_member *ret)
{
    for (uint32_t i = 0; i < g->instances.count; i++) {
        struct governance_member member;
        if (!is_brought_in(&g->instances.at[i]))
            continue;
        govern_describe(g, &g->instances.at[i], &member);
        if (!matches(arg, &member))
            continue;
        *ret = member;
        return true;
    }
    return false;
}

bool governance_speaks_of(const struct governance *g, governance_matches_person *matches, const void *arg,
                          struct person_id *ret)
{
    const struct person_id *found = NULL;
    for (uint32_t i = 0; i < g->adds.count && !found; i++)
        found = matches(arg, &g->adds.at[i].person) ? &g->adds.at[i].person : NULL;
    for (uint32_t i = 0; i < g->links.count && !found; i++)
        found = matches(arg, &g->links.at[i].person) ? &g->links.at[i].person : NULL;
    if (found)
        *ret = *found;
    return found != NULL;
}

bool governance_standing(const struct governance *g, const struct sign_public *device, uint64_t instance,
                         struct governance_standing *ret)
{
    uint32_t at = govern_find_instance(g, device, instance);
    if (at == NONE)
        return false;
    const struct instance *found = &g->instances.at[at];
    bool belongs = found->last.add != NONE || found->last.link != NONE || found->open_grant || found->from_workspace;
    *ret = (struct governance_standing){.current = listed(g, device, instance) != NULL, .removed = found->removed};
    ret->admin = ret->current && found->open_grant;
    ret->removed_in_workspace = g->workspace && belongs && !found->removed && !govern_is_current(g->workspace, device);
    if (found->removed)
        ret->removal = fact_of(g, found->removal)->id;
    return true;
}

size_t governance_left_over(const struct governance *g, struct governance_member *ret, size_t most)
{
    size_t count = 0;
    for (uint32_t i = 0; g->workspace && g->scope.kind == GOVERN_GROUP && i < g->instances.count && count < most; i++) {
        const struct instance *instance = &g->instances.at[i];
        const struct sign_public *device = &g->devices.at[instance->device].key;
        struct governance_standing standing;
        if (governance_standing(g, device, instance->number, &standing) && standing.removed_in_workspace &&
            governance_was_removed(g->workspace, device))
            govern_describe(g, instance, &ret[count++]);
    }
    return count;
}

/* The largest instance of the device that was removed.  NULL: none. */
static const struct instance *last_removed(const struct governance *g, const struct sign_public *device)
{
    uint32_t found = govern_device(g, device);
    const struct instance *last = NULL;
    for (uint32_t at = found == NONE ? NONE : g->devices.at[found].instances; at != NONE; at = g->instances.at[at].next)
        if (g->instances.at[at].removed)
            last = &g->instances.at[at];
    return last;
}

bool governance_was_removed(const struct governance *g, const struct sign_public *device)
{
    return last_removed(g, device) && !governance_member(g, device);
}

bool governance_removal_of(const struct governance *g, const struct sign_public *device, struct governance_removal *ret)
{
    const struct instance *removed = last_removed(g, device);
    if (!removed || governance_member(g, device))
        return false;
    const struct fact *fact = fact_of(g, removed->removal);
    *ret = (struct governance_removal){fact->id, chain_of(g, fact)->name, fact->seq, removed->number};
    return true;
}

bool governance_joined(const struct governance *g, const struct sign_public *a, uint64_t a_instance,
                       const struct sign_public *b, uint64_t b_instance)
{
    uint32_t x = govern_find_instance(g, a, a_instance), y = govern_find_instance(g, b, b_instance);
    return x != NONE && y != NONE && g->instances.at[x].first.tree == g->instances.at[y].first.tree;
}

bool governance_may_write(const struct governance *g, const struct sign_public *device, uint64_t instance,
                          enum entry_type type)
{
    const struct governance_member *member = listed(g, device, instance);
    if (!member)
        return false;
    bool is_admin = member->role == ROLE_ADMIN, is_full = is_admin || member->role == ROLE_MEMBER;
    const struct standing *standing = &g->instances.at[govern_find_instance(g, device, instance)].last;
    switch (type) {
    case ENTRY_ADD:
    case ENTRY_REMOVE:
    case ENTRY_POLICY:
    case ENTRY_PURGE:
    case ENTRY_HOLD:
        return is_admin;
    case ENTRY_CLOCK:
        return is_admin || (is_full && g->scope.kind == GOVERN_DIRECT);
    case ENTRY_LINK:
        return is_full && standing->level < 2 && (standing->add != NONE || standing->link != NONE);
    case ENTRY_EPOCH:
    case ENTRY_KEYSHARE:
        return is_full;
    default:
        return false;
    }
}

uint64_t governance_link_number(const struct governance *g, const struct sign_public *device, uint64_t instance)
{
    if (!governance_may_write(g, device, instance, ENTRY_LINK))
        return 0;
    const struct standing *standing = &g->instances.at[govern_find_instance(g, device, instance)].last;
    for (uint64_t number = 1; number <= LINK_NUMBERS; number++)
        if (!(standing->numbers & 1u << number))
            return number;
    return 0;
}

bool governance_justifies(const struct governance *g, const struct log_name *log)
{
    const bool is_root_log = log->kind == KIND_GOVERNANCE && crypto_is_zero(log->sub.bytes, sizeof log->sub.bytes);
    uint32_t at = govern_find_instance(g, &log->device, log->instance);
    if (!govern_same(&log->group, &g->scope.id))
        return false;
    if (at != NONE && (g->instances.at[at].adds != NONE || g->instances.at[at].links != NONE ||
                       g->instances.at[at].grants != NONE || g->instances.at[at].from_workspace))
        return true;
    if (!is_root_log || g->scope.kind == GOVERN_DIRECT)
        return false;
    bool is_root_key = govern_same(&log->device, &g->scope.root);
    for (uint32_t i = 0; !is_root_key && i < g->root_keys.count; i++)
        is_root_key = govern_same(&log->device, &g->root_keys.at[i]);
    for (uint32_t i = 0; !is_root_key && i < g->handovers.count; i++)
        is_root_key = govern_same(&log->device, &g->handovers.at[i].key);
    return is_root_key;
}

uint64_t governance_log_limit(const struct governance *g, const struct log_name *log)
{
    uint32_t at = govern_find_instance(g, &log->device, log->instance);
    bool unlimited = at != NONE && (g->instances.at[at].granted || g->instances.at[at].is_root);
    return unlimited ? UNLIMITED : GOVERNANCE_LOG_MAX;
}

/* ---------------------------------------------------------------- content */

static bool record_covers(const struct governance *g, const struct removal_act *removal, const struct hash *log,
                          uint64_t seq, governance_follows *follows, void *arg)
{
    for (uint32_t i = 0; i < removal->cut.count; i++) {
        const struct cut *cut = &g->cuts.at[removal->cut.at + i];
        if (govern_same(&cut->log, log) && seq <= cut->seq && (!follows || follows(arg, cut)))
            return true;
    }
    return false;
}

bool governance_covers_content(const struct governance *g, const struct sign_public *device, uint64_t instance,
                               const struct hash *log, uint64_t seq, governance_follows *follows, void *arg)
{
    uint32_t found = govern_find_instance(g, device, instance);
    bool admins = false, pool = false, in_pool = false;
    for (uint32_t at = found == NONE ? NONE : g->instances.at[found].removals; at != NONE; at = g->removals.at[at].next)
        admins |= g->removals.at[at].sort == REMOVAL_OF_WORKSPACE && g->removals.at[at].by_admin;
    for (uint32_t at = found == NONE ? NONE : g->instances.at[found].removals; at != NONE;
         at = g->removals.at[at].next) {
        const struct removal_act *removal = &g->removals.at[at];
        if (removal->sort == REMOVAL_VOID || removal->sort == REMOVAL_OF_OWN || removal->replaced)
            continue;
        bool covers = record_covers(g, removal, log, seq, follows, arg);
        if (removal->sort != REMOVAL_OF_WORKSPACE && !covers)
            return false;
        if (removal->sort == REMOVAL_OF_WORKSPACE && (removal->by_admin || !admins)) {
            pool = true;
            in_pool |= covers;
        }
    }
    return !pool || in_pool;
}

/* ---------------------------------------------------------------- the rest */

struct policy governance_policy(const struct governance *g)
{
    return g->policy;
}

bool governance_needs_newer(const struct governance *g)
{
    return g->needs_newer;
}

bool governance_revocations(const struct governance *g, const struct sign_public *device, uint64_t instance,
                            struct buffer *cites)
{
    uint32_t found = govern_find_instance(g, device, instance);
    for (uint32_t at = found == NONE ? NONE : g->instances.at[found].grants; at != NONE; at = g->grants.at[at].next) {
        uint32_t i = 0;
        while (g->grants.at[at].counts && i < g->revokes.count && g->revokes.at[i].of != at)
            i++;
        if (!g->grants.at[at].counts)
            continue;
        if (i == g->revokes.count)
            return false;
        buffer_append(cites, BYTES_OF(fact_of(g, g->revokes.at[i].fact)->id.bytes));
    }
    return true;
}
