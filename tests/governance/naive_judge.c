/* SPDX-License-Identifier: MIT
 * Which REMOVEs count, then which items, and who is a member. */
#include "naive_sets.h"

/* ---- removals */
static enum removing early(struct naive *n, int r)
{
    const struct item *item = IT(r);
    const struct who *a = who(n, &item->author.device, item->author.instance),
                     *d = who(n, &item->device, item->instance);
    if (item->type != ENTRY_REMOVE || item->malformed || n->rank[r] || a->root_key)
        return n->removing[r];
    if (!(a->add >= 0 || a->link >= 0 || a->direct || authority(n, r)) || !within(n, r, a, ROOT_REMOVES))
        return NO_REMOVAL;
    if (a == d)
        return REMOVES_ITSELF;
    for (int c = 0; c < item->cite_count; c++) {
        bool fresh = n->workspace && is_current(n->workspace, &a->device) &&
                     (a->role == ROLE_MEMBER || authority(n, r)) &&
                     workspace_removed(n->workspace, &item->cites[c], &d->device);
        EACH(b)
        fresh &= !(IT(b)->type == ENTRY_ADD && about(n, b, ENTRY_ADD, d) && add_counts(n, b, false) &&
                   cites(n, b, &item->cites[c]));
        if (fresh)
            return CITES_WORKSPACE;
    }
    return a->tree == d->tree && revokes_cited(n, r, d) ? REMOVES_LINKED : NO_REMOVAL;
}
static bool left_before(const struct naive *n, int r)
{
    bool left = false;
    EACH(s) left |= n->removing[s] == REMOVES_ITSELF && s != r && leads(n, s, r);
    return left && n->removing[r] == REMOVES_ITSELF;
}
static void find_removals(struct naive *n)
{
    enum removing found[ITEMS_MAX];
    EACH(r) found[r] = early(n, r);
    memcpy(n->removing, found, sizeof found);
    EACH(r)
    {
        if (left_before(n, r))
            found[r] = NO_REMOVAL;
    }
    memcpy(n->removing, found, sizeof found);
    EACH(r)
    {
        const struct who *a = who(n, &IT(r)->author.device, IT(r)->author.instance);
        if (IT(r)->type == ENTRY_REMOVE && !IT(r)->malformed && !n->rank[r] && !found[r] && !a->root_key &&
            n->h->scope.kind != GOVERN_DIRECT && !by(n, r, who(n, &IT(r)->device, IT(r)->instance)) &&
            authority(n, r) && stands3(n, r) && revokes_cited(n, r, who(n, &IT(r)->device, IT(r)->instance)))
            found[r] = ADMIN_REMOVES;
    }
    memcpy(n->removing, found, sizeof found);
}

/* ---- verdicts */
static bool known(const struct who *w)
{
    return w->add >= 0 || w->link >= 0 || w->granted || w->direct;
}
static bool admin_writes(struct naive *n, int i)
{
    return authority(n, i) && stands3(n, i);
}
static bool member_writes(struct naive *n, int i)
{
    const struct who *w = who(n, &IT(i)->author.device, IT(i)->author.instance);
    return known(w) && !w->root_key && stands4(n, i) && (authority(n, i) || w->role == ROLE_MEMBER);
}
static bool anyone_writes(struct naive *n, int i)
{
    const struct who *w = who(n, &IT(i)->author.device, IT(i)->author.instance);
    return known(w) && !w->root_key && stands4(n, i);
}
static bool root_counts(struct naive *n, int i)
{
    const struct item *item = IT(i);
    bool found = false;
    if (item->type == ENTRY_REVOKE)
        EACH(g) found |= revokes(n, i, g) && !who(n, &IT(g)->device, IT(g)->instance)->root_key;
    if (item->type == ENTRY_HANDOVER)
        found = n->rank[i] == 1 || (at(n, &item->named) >= 0 && from_genesis(n, at(n, &item->named)));
    if (item->type == ENTRY_GRANT)
        found = !who(n, &item->device, item->instance)->root_key;
    return found || i == n->founding || (item->type == ENTRY_GENERATION && item->seq == 1);
}
static bool judged(struct naive *n, int i)
{
    const struct item *item = IT(i);
    if (item->malformed)
        return false;
    if (item->type == ENTRY_REMOVE)
        return n->removing[i] != NO_REMOVAL;
    if (item->type == ENTRY_ADD)
        return add_counts(n, i, true);
    if (item->type == ENTRY_LINK)
        return n->counts[i];
    if (n->rank[i] || item->type <= ENTRY_HANDOVER || item->type == ENTRY_GENERATION)
        return n->rank[i] && root_counts(n, i);
    if (item->type == ENTRY_KEYSHARE || (item->type == ENTRY_CLOCK && n->h->scope.kind == GOVERN_DIRECT))
        return member_writes(n, i);
    if (item->type == ENTRY_LETTER)
        return anyone_writes(n, i);
    return item->type < ENTRY_GENERATION && item->type != ENTRY_EPOCH && admin_writes(n, i);
}
static bool epoch_counts(struct naive *n, int i) /* those before it were judged */
{
    uint64_t top = 0;
    EACH(p) if (n->past[p][i] && n->counts[p] && IT(p)->type == ENTRY_EPOCH && IT(p)->height > top) top = IT(p)->height;
    return !IT(i)->malformed && !n->rank[i] && member_writes(n, i) && IT(i)->height > top &&
           IT(i)->height - top <= 1000;
}
static void judge_epochs(struct naive *n)
{
    bool done[ITEMS_MAX] = {false};
    for (int round = 0; round < n->h->count; round++)
        EACH(i)
        {
            bool ready = !done[i];
            EACH(p) ready &= !n->past[p][i] || done[p];
            if (ready && IT(i)->type == ENTRY_EPOCH)
                n->counts[i] = epoch_counts(n, i);
            done[i] |= ready;
        }
}
static void settle_policy(struct naive *n)
{
    bool any = false;
    n->policy = n->founding >= 0 ? IT(n->founding)->policy : (struct policy){0};
    EACH(p) if (n->counts[p] && IT(p)->type == ENTRY_POLICY)
    {
        bool replaced = false;
        const struct policy *new = &IT(p)->policy;
        EACH(q) replaced |= n->counts[q] && IT(q)->type == ENTRY_POLICY && cites(n, q, &IT(p)->id);
        if (replaced)
            continue;
        bool for_ever = any && (!n->policy.keep_days || !new->keep_days);
        n->policy = !any ? *new
                         : (struct policy){n->policy.share_history && new->share_history,
                                           for_ever                               ? 0
                                           : n->policy.keep_days > new->keep_days ? n->policy.keep_days
                                                                                  : new->keep_days};
        any = true;
    }
}
bool naive_usable(const struct naive *n, int epoch)
{
    const struct who *author = NULL;
    for (int w = 0; w < n->who_count; w++)
        author = by(n, epoch, &n->who[w]) ? &n->who[w] : author;
    bool clean = n->counts[epoch] && author->current && (author->open_grant || author->role == ROLE_MEMBER);
    EACH(k)
    {
        bool could = false, same = !memcmp(&IT(k)->epoch, &IT(epoch)->epoch, sizeof IT(k)->epoch);
        if ((IT(k)->type != ENTRY_EPOCH && IT(k)->type != ENTRY_KEYSHARE) || IT(k)->malformed || !same)
            continue;
        for (int w = 0; w < n->who_count; w++)
            could |= by(n, k, &n->who[w]) && n->who[w].held_keys;
        for (int r = 0; could && r < IT(k)->holder_count + IT(k)->carrier_count; r++) {
            bool carrier = r >= IT(k)->holder_count, found = false;
            const struct dh_public *box = carrier ? &IT(k)->carriers[r - IT(k)->holder_count] : &IT(k)->holders[r];
            for (int w = 0; w < n->who_count; w++) {
                const struct who *m = &n->who[w];
                found |= m->current && naive_box(n, m) && eq(naive_box(n, m), box) &&
                         (carrier || m->open_grant || m->role != ROLE_CARRIER);
            }
            clean &= found;
        }
    }
    return clean;
}
bool naive_covers_content(struct naive *n, const struct who *w, const struct hash *log, uint64_t seq)
{
    bool any = false, pooled = false, all = true;
    EACH(r) if (n->removing[r] != NO_REMOVAL && n->removing[r] != REMOVES_ITSELF && about(n, r, ENTRY_REMOVE, w))
    {
        bool covered = false, replaced = false;
        for (int c = 0; c < IT(r)->cut_count; c++)
            covered |= eq(&IT(r)->cuts[c].log, log) && seq <= IT(r)->cuts[c].seq;
        EACH(a) replaced |= about(n, a, ENTRY_REMOVE, w) && by_admin(n, a) && cites(n, a, &IT(r)->id);
        if (replaced && n->removing[r] != ROOT_REMOVES)
            continue;
        if (n->removing[r] != CITES_WORKSPACE)
            all &= covered;
        any |= in_pool(n, r, w);
        pooled |= in_pool(n, r, w) && covered;
    }
    return all && (!any || pooled);
}

/* ---- the whole */
static void collect(struct naive *n)
{
    n->who_count = 0;
    EACH(i)
    {
        who(n, &IT(i)->author.device, IT(i)->author.instance);
        bool speaks = IT(i)->type == ENTRY_ADD || IT(i)->type == ENTRY_GRANT || IT(i)->type == ENTRY_REMOVE ||
                      IT(i)->type == ENTRY_GENESIS || IT(i)->type == ENTRY_LINK;
        if (speaks && !IT(i)->malformed)
            who(n, &IT(i)->device, IT(i)->type == ENTRY_LINK ? 1 : IT(i)->instance);
    }
    for (int w = 0; n->h->scope.kind == GOVERN_DIRECT && w < n->workspace->who_count; w++) {
        const struct who *there = &n->workspace->who[w];
        const struct person_id *person = naive_person(n->workspace, there);
        bool is_one =
            person && (!memcmp(person, &n->h->scope.people[0], 16) || !memcmp(person, &n->h->scope.people[1], 16));
        if (is_one && (there->open_grant || there->role != ROLE_CARRIER))
            who(n, &there->device, there->instance)->direct = there;
    }
}
static bool is_root_key(const struct naive *n, const struct sign_public *key)
{
    bool is = n->h->scope.kind != GOVERN_DIRECT && (eq(key, &n->h->scope.root) || (n->has_heir && eq(key, &n->heir)));
    for (int g = 0; g < n->root_count; g++)
        is |= eq(key, &n->roots[g]);
    EACH(x) is |= n->h->scope.kind == GOVERN_GROUP && x == n->closing && eq(key, &IT(x)->device);
    return is || (n->h->scope.kind == GOVERN_GROUP && is_root_key(n->workspace, key));
}
static void see_who(struct naive *n)
{
    for (int w = 0; w < n->who_count; w++)
        n->who[w].root_key = is_root_key(n, &n->who[w].device);
    for (int w = 0; w < n->who_count; w++)
        EACH(g) if (grants(n, g, &n->who[w]))
        {
            bool revoked = false;
            EACH(v) revoked |= revokes(n, v, g);
            n->who[w].granted = true;
            n->who[w].open_grant |= !revoked;
        }
    EACH(r)
    {
        bool outranked = false;
        EACH(g) outranked |= n->rank[g] > n->rank[r] && grants(n, g, who(n, &IT(r)->device, IT(r)->instance));
        if (IT(r)->type == ENTRY_REMOVE && !IT(r)->malformed && n->rank[r] && !outranked)
            n->removing[r] = ROOT_REMOVES;
    }
}
static void see_members(struct naive *n)
{
    for (int w = 0; w < n->who_count; w++) {
        struct who *m = &n->who[w];
        EACH(r) m->removed |= n->removing[r] != NO_REMOVAL && about(n, r, ENTRY_REMOVE, m);
        bool belongs = m->add >= 0 || m->link >= 0 || m->open_grant || (m->direct && m->direct->current);
        m->current = belongs && !m->removed && (!n->workspace || is_current(n->workspace, &m->device));
        m->held_keys = m->granted || m->link >= 0 || m->direct;
        EACH(a)
        m->held_keys |= (IT(a)->type == ENTRY_ADD || a == n->founding) && eq(&IT(a)->device, &m->device) &&
                        IT(a)->instance == m->instance && role_of(IT(a)) != ROLE_CARRIER && add_counts(n, a, true);
    }
}
void naive_evaluate(struct naive *n, const struct history *history, const struct naive *workspace)
{
    memset(n, 0, sizeof *n);
    n->h = history;
    n->workspace = workspace;
    find_past(n);
    naive_roots(n);
    collect(n);
    see_who(n);
    hold(n, false);
    find_removals(n);
    hold(n, true);
    see_members(n);
    EACH(i) n->counts[i] = judged(n, i);
    judge_epochs(n);
    settle_policy(n);
    EACH(i) n->needs_newer |= IT(i)->type > ENTRY_LETTER && !IT(i)->malformed && (n->rank[i] || admin_writes(n, i));
}
