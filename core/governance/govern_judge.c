/* SPDX-License-Identifier: MIT
 * Whether each entry counts, and which rule says so; EPOCHs and their heights; the policy.  PROTOCOL.md, "Governance".
 */
#include "govern.h"

#define HEIGHT_STEP_MAX 1000u

/* ---------------------------------------------------------------- what an author may */

static bool is_known(const struct instance *author)
{
    return author->last.add != NONE || author->last.link != NONE || author->granted || author->from_workspace;
}

/* Of what only admins write: judged by strata 2 and 3. */
static enum governance_rule admin_rule(const struct governance *g, const struct fact *fact)
{
    uint64_t limit = g->segments.at[fact->segment].limit;
    if (govern_authority(g, fact) && fact->seq <= limit)
        return RULE_COUNTS;
    if (!is_known(&g->instances.at[author_of(g, fact)]))
        return RULE_STRANGER;
    return fact->seq > limit ? RULE_CUT : RULE_NO_AUTHORITY;
}

/* Of what members write: stratum 5. */
static enum governance_rule member_rule(const struct governance *g, const struct fact *fact)
{
    const struct instance *author = &g->instances.at[author_of(g, fact)];
    bool authority = govern_authority(g, fact);
    if (!is_known(author))
        return RULE_STRANGER;
    if (fact->seq > g->segments.at[fact->segment].full_limit)
        return RULE_CUT;
    if (authority || author->last.role == ROLE_MEMBER)
        return RULE_COUNTS;
    return author->last.role ? RULE_ROLE : RULE_NO_AUTHORITY;
}

/* Of what anybody may say who belongs here, whatever his role. */
static enum governance_rule anyone_rule(const struct governance *g, const struct fact *fact)
{
    if (!is_known(&g->instances.at[author_of(g, fact)]))
        return RULE_STRANGER;
    return fact->seq > g->segments.at[fact->segment].full_limit ? RULE_CUT : RULE_COUNTS;
}

/* ---------------------------------------------------------------- one entry */

static enum governance_rule judge_add(const struct governance *g, const struct fact *fact)
{
    const struct add_act *add = &g->adds.at[fact->act];
    const struct instance *target = &g->instances.at[add->instance];
    if (!govern_consents(g, add))
        return RULE_NO_CONSENT;
    if (target->is_root)
        return RULE_ROOT_KEY;
    if (target->device == g->instances.at[author_of(g, fact)].device)
        return RULE_ITSELF;
    enum governance_rule rule = fact->rank ? RULE_COUNTS : admin_rule(g, fact);
    return rule != RULE_COUNTS || add->counts ? rule
           : g->scope.kind == GOVERN_DIRECT   ? RULE_NO_AUTHORITY
                                              : RULE_UNCITED;
}

static enum governance_rule judge_handover(const struct governance *g, const struct fact *fact)
{
    uint32_t head = govern_fact(g, &g->handovers.at[fact->act].head);
    if (fact->rank == 2 && (head == NONE || !govern_leads_to_genesis(g, head)))
        return RULE_HEAD_UNKNOWN;
    return RULE_COUNTS;
}

static enum governance_rule judge_root(const struct governance *g, const struct fact *fact)
{
    switch (fact->type) {
    case ENTRY_GENESIS:
        return g->facts.at + g->founding == fact ? RULE_COUNTS : RULE_FOUNDING;
    case ENTRY_GRANT:
        return g->instances.at[g->grants.at[fact->act].instance].is_root ? RULE_ROOT_KEY : RULE_COUNTS;
    case ENTRY_REVOKE:
        return g->revokes.at[fact->act].of != NONE ? RULE_COUNTS : RULE_NO_GRANT;
    case ENTRY_HANDOVER:
        return judge_handover(g, fact);
    case ENTRY_GENERATION:
        return fact->seq == 1 ? RULE_COUNTS : RULE_NOT_FOR_ROOT;
    case ENTRY_ADD:
        return judge_add(g, fact);
    case ENTRY_REMOVE:
        return g->removals.at[fact->act].sort == REMOVAL_BY_ROOT ? RULE_COUNTS : RULE_SUPERIOR;
    default:
        return fact->type > ENTRY_LETTER ? RULE_UNKNOWN_TYPE : RULE_NOT_FOR_ROOT;
    }
}

static enum governance_rule judge_removal(const struct governance *g, const struct fact *fact)
{
    const struct removal_act *removal = &g->removals.at[fact->act];
    if (removal->sort != REMOVAL_VOID)
        return RULE_COUNTS;
    enum governance_rule rule = admin_rule(g, fact);
    if (author_of(g, fact) == removal->instance && rule != RULE_STRANGER)
        return RULE_CUT; /* he has left before */
    return rule == RULE_COUNTS ? RULE_NEEDS_ROOT : rule;
}

static enum governance_rule judge_device(const struct governance *g, const struct fact *fact)
{
    switch (fact->type) {
    case ENTRY_GENESIS:
        return RULE_FOUNDING;
    case ENTRY_GRANT:
    case ENTRY_REVOKE:
    case ENTRY_HANDOVER:
    case ENTRY_GENERATION:
        return RULE_ONLY_ROOT;
    case ENTRY_ADD:
        return judge_add(g, fact);
    case ENTRY_REMOVE:
        return judge_removal(g, fact);
    case ENTRY_LINK:
        return g->links.at[fact->act].verdict;
    case ENTRY_CLOCK:
        return g->scope.kind == GOVERN_DIRECT ? member_rule(g, fact) : admin_rule(g, fact);
    case ENTRY_POLICY:
    case ENTRY_PURGE:
    case ENTRY_HOLD:
        return admin_rule(g, fact);
    case ENTRY_KEYSHARE:
        return member_rule(g, fact);
    case ENTRY_LETTER:
        return anyone_rule(g, fact);
    default:
        return RULE_UNKNOWN_TYPE;
    }
}

static enum governance_rule judge_epoch(const struct governance *g, struct fact *fact)
{
    enum governance_rule rule = member_rule(g, fact);
    uint64_t height = g->keys.at[fact->act].height;
    if (rule != RULE_COUNTS)
        return rule;
    if (height <= fact->height || height - fact->height > HEIGHT_STEP_MAX)
        return RULE_HEIGHT;
    fact->own_height = height;
    return RULE_COUNTS;
}

static enum governance_rule judge(struct governance *g, struct fact *fact)
{
    bool by_root = fact->rank || govern_by_root_key(g, fact);
    bool founding = fact->type == ENTRY_GENESIS && !fact->malformed;
    if (founding && !g->adds.at[fact->act].consented)
        return RULE_NO_CONSENT;
    if (by_root && !fact->rank)
        return RULE_ROOT_ENDED;
    if (fact->malformed)
        return RULE_MALFORMED;
    enum governance_rule rule = fact->rank                  ? judge_root(g, fact)
                                : fact->type == ENTRY_EPOCH ? judge_epoch(g, fact)
                                                            : judge_device(g, fact);
    if (rule == RULE_UNKNOWN_TYPE && (fact->rank || admin_rule(g, fact) == RULE_COUNTS))
        g->needs_newer = true;
    return rule;
}

/* The greatest height that counts before it. */
static uint64_t height_before(const struct governance *g, const struct fact *fact)
{
    uint64_t height = 0;
    for (uint32_t at = fact->parents; at < fact->parents + 1u + fact->dep_count; at++) {
        if (g->parents.at[at] == NONE)
            continue;
        const struct fact *cause = fact_of(g, g->parents.at[at]);
        uint64_t there = cause->own_height > cause->height ? cause->own_height : cause->height;
        if (there > height)
            height = there;
    }
    return height;
}

bool govern_judge(struct governance *g, uint32_t from)
{
    const uint32_t judged = g->judged;
    bool changed = false;
    if (!from) {
        g->needs_newer = false;
        g->top_height = 0;
        for (uint32_t i = 0; i < g->facts.count; i++) /* none counts before its causes were looked at */
            fact_of(g, i)->height = fact_of(g, i)->own_height = 0;
    }
    for (uint32_t i = from; i < g->order.count; i++) {
        uint32_t index = g->order.at[i];
        struct fact *fact = fact_of(g, index);
        fact->height = fact->in_circle ? UINT64_MAX : height_before(g, fact); /* no height exceeds that */
        fact->own_height = 0;
        enum governance_rule rule = judge(g, fact);
        changed |= index < judged && fact->verdict != rule;
        fact->verdict = (uint8_t)rule;
        if (fact->own_height > g->top_height)
            g->top_height = fact->own_height;
    }
    g->judged = g->order.count;
    return changed;
}

/* ---------------------------------------------------------------- the policy */

static bool counts(const struct governance *g, const struct policy_act *act)
{
    return fact_of(g, act->fact)->verdict == RULE_COUNTS && fact_of(g, act->fact)->type == ENTRY_POLICY;
}

static bool is_replaced(const struct governance *g, const struct policy_act *act)
{
    for (uint32_t i = 0; i < g->policies.count; i++)
        if (counts(g, &g->policies.at[i]) && govern_cites(g, g->policies.at[i].cites, &fact_of(g, act->fact)->id))
            return true;
    return false;
}

/* Nothing is given away, and nothing is thrown away, that one of two who did not know of each other wanted kept. */
static struct policy stricter(struct policy a, struct policy b)
{
    bool for_ever = !a.keep_days || !b.keep_days;
    return (struct policy){.share_history = a.share_history && b.share_history,
                           .keep_days = for_ever                    ? 0
                                        : a.keep_days > b.keep_days ? a.keep_days
                                                                    : b.keep_days};
}

void govern_policy(struct governance *g)
{
    bool changed = false;
    g->policy = (struct policy){0};
    for (uint32_t i = 0; i < g->policies.count; i++)
        if (g->policies.at[i].fact == g->founding)
            g->policy = g->policies.at[i].policy;
    for (uint32_t i = 0; i < g->policies.count; i++) {
        const struct policy_act *act = &g->policies.at[i];
        if (!counts(g, act) || is_replaced(g, act))
            continue;
        g->policy = changed ? stricter(g->policy, act->policy) : act->policy;
        changed = true;
    }
}
