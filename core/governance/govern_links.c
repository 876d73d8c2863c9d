/* SPDX-License-Identifier: MIT
 * Whom LINKs make a member.  PROTOCOL.md, "Governance", stratum 5. */
#include "govern.h"

static enum governance_rule author_rule(struct governance *g, const struct link_act *link, bool last)
{
    const struct fact *fact = fact_of(g, link->fact);
    const struct segment *segment = &g->segments.at[fact->segment];
    const struct standing *author = govern_standing(g, author_of(g, fact), last);
    if (author->add == NONE && author->link == NONE)
        return g->instances.at[author_of(g, fact)].granted ? RULE_LINK_PERSON : RULE_STRANGER;
    if (fact->seq > (last ? segment->full_limit : segment->root_limit))
        return RULE_CUT;
    if (author->role != ROLE_MEMBER && !govern_authority(g, fact))
        return RULE_ROLE;
    const struct person_id *person =
        author->add != NONE ? &g->adds.at[author->add].person : &g->links.at[author->link].person;
    return memcmp(person, &link->person, sizeof *person) == 0 ? RULE_COUNTS : RULE_LINK_PERSON;
}

static enum governance_rule link_rule(struct governance *g, const struct link_act *link, bool last)
{
    const struct instance *target = &g->instances.at[link->instance];
    if (!link->consented)
        return RULE_NO_CONSENT;
    if (target->device == g->instances.at[author_of(g, fact_of(g, link->fact))].device)
        return RULE_ITSELF;
    if (target->is_root)
        return RULE_ROOT_KEY;
    enum governance_rule rule = author_rule(g, link, last);
    if (rule == RULE_COUNTS && (govern_standing(g, link->instance, last)->add != NONE || target->granted))
        return RULE_ADDED;
    return rule;
}

/* One of the links that authors at `level` wrote; in the order of ids. */
static void hold_link(struct governance *g, uint32_t index, uint32_t level, bool last)
{
    struct link_act *link = &g->links.at[index];
    uint32_t author = author_of(g, fact_of(g, link->fact));
    struct standing *giver = govern_standing(g, author, last), *taker = govern_standing(g, link->instance, last);
    bool is_linked = giver->add == NONE && giver->link != NONE;
    if (link->verdict != RULE_STRANGER || giver->level != level || (level && !is_linked))
        return;
    link->verdict = (uint8_t)link_rule(g, link, last);
    if (link->verdict == RULE_COUNTS && level == 2)
        link->verdict = RULE_LINK_DEPTH;
    bool elsewhere = taker->link != NONE && taker->level <= level;
    if (link->verdict == RULE_COUNTS && (elsewhere || giver->numbers & 1u << link->number))
        link->verdict = RULE_LINK_TAKEN;
    if (link->verdict != RULE_COUNTS)
        return;
    giver->numbers = (uint16_t)(giver->numbers | 1u << link->number);
    if (taker->link != NONE) {
        link->verdict = RULE_LINK_TAKEN;
        return;
    }
    *taker =
        (struct standing){.add = NONE, .link = index, .level = level + 1, .tree = giver->tree, .role = ROLE_MEMBER};
}

void govern_hold_links(struct governance *g, bool last)
{
    for (uint32_t i = 0; i < g->links.count; i++)
        g->links.at[i].verdict = RULE_STRANGER;
    for (uint32_t level = 0; level <= 2 && g->scope.kind != GOVERN_DIRECT; level++)
        for (uint32_t i = 0; i < g->links_by_id.count; i++)
            hold_link(g, g->links_by_id.at[i], level, last);
}
