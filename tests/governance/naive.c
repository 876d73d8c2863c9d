/* SPDX-License-Identifier: MIT */
#include "naive_sets.h"

struct who *who(struct naive *n, const struct sign_public *device, uint64_t instance)
{
    for (int w = 0; w < n->who_count; w++)
        if (eq(&n->who[w].device, device) && n->who[w].instance == instance)
            return &n->who[w];
    n->who[n->who_count] = (struct who){.device = *device, .instance = instance};
    return &n->who[n->who_count++];
}

/* ---- causes */
static bool is_cause(const struct naive *n, int a, int b)
{
    if (eq(&IT(b)->previous, &IT(a)->id))
        return true;
    for (int d = 0; d < IT(b)->dep_count; d++) {
        const struct dep *dep = &IT(b)->deps[d];
        int best = -1;
        EACH(i)
        if (eq(&IT(i)->log, &dep->log) && IT(i)->seq == dep->seq && !memcmp(&IT(i)->id, dep->id, 8) &&
            smaller(n, i, best))
            best = i;
        if (best == a)
            return true;
    }
    return false;
}
void find_past(struct naive *n)
{
    EACH(a) EACH(b) n->past[a][b] = is_cause(n, a, b);
    EACH(k) EACH(a) EACH(b) n->past[a][b] |= n->past[a][k] && n->past[k][b];
}

/* ---- grants (stratum 2) */
static bool is_grant(const struct naive *n, int g)
{
    return n->rank[g] && ((IT(g)->type == ENTRY_GRANT && !IT(g)->malformed) || g == n->founding);
}
bool revokes(const struct naive *n, int v, int g)
{
    return n->rank[v] >= n->rank[g] && IT(v)->type == ENTRY_REVOKE && !IT(v)->malformed && is_grant(n, g) &&
           eq(&IT(v)->named, &IT(g)->id);
}
bool grants(const struct naive *n, int g, const struct who *w)
{
    return is_grant(n, g) && !w->root_key && eq(&IT(g)->device, &w->device) && IT(g)->instance == w->instance;
}
bool within(const struct naive *n, int e, const struct who *w, enum removing how) /* all cuts of that kind */
{
    EACH(r) if (n->removing[r] == how && about(n, r, ENTRY_REMOVE, w))
    {
        bool stands = covers(n, r, e);
        if (how == REMOVES_ITSELF)
            stands |= !n->past[r][e];
        else if (how != ROOT_REMOVES)
            stands |= n->past[e][r];
        if (!stands)
            return false;
    }
    return true;
}
bool authority(struct naive *n, int e)
{
    const struct who *w = who(n, &IT(e)->author.device, IT(e)->author.instance);
    EACH(g) if (grants(n, g, w) && behind(n, g, e) && within(n, e, w, ROOT_REMOVES))
    {
        bool in = true;
        EACH(v) in &= !revokes(n, v, g) || covers(n, v, e);
        if (in)
            return true;
    }
    return false;
}
bool revokes_cited(const struct naive *n, int r, const struct who *w)
{
    EACH(g) if (grants(n, g, w))
    {
        bool cited = false;
        EACH(v) cited |= revokes(n, v, g) && cites(n, r, &IT(v)->id);
        if (!cited)
            return false;
    }
    return true;
}
bool is_current(const struct naive *n, const struct sign_public *device)
{
    bool found = false;
    for (int w = 0; w < n->who_count; w++)
        found |= n->who[w].current && eq(&n->who[w].device, device);
    return found;
}

/* ---- cuts (stratum 3) */
bool by_admin(struct naive *n, int r)
{
    return n->removing[r] == ADMIN_REMOVES || (n->removing[r] == CITES_WORKSPACE && authority(n, r));
}
bool in_pool(struct naive *n, int r, const struct who *w)
{
    bool admins = false;
    EACH(a) admins |= n->removing[a] == CITES_WORKSPACE && about(n, a, ENTRY_REMOVE, w) && by_admin(n, a);
    return n->removing[r] == CITES_WORKSPACE && about(n, r, ENTRY_REMOVE, w) && (!admins || by_admin(n, r));
}
bool stands3(struct naive *n, int e)
{
    const struct who *w = who(n, &IT(e)->author.device, IT(e)->author.instance);
    bool any = false, covered = false;
    EACH(r) if (in_pool(n, r, w))
    {
        any = true;
        covered |= covers(n, r, e) || n->past[e][r];
    }
    return (!any || covered) && within(n, e, w, ROOT_REMOVES) && within(n, e, w, REMOVES_ITSELF) &&
           within(n, e, w, REMOVES_LINKED);
}
bool stands4(struct naive *n, int e)
{
    return stands3(n, e) && within(n, e, who(n, &IT(e)->author.device, IT(e)->author.instance), ADMIN_REMOVES);
}
bool workspace_removed(const struct naive *w, const struct hash *id, const struct sign_public *device)
{
    int r = w ? at(w, id) : -1;
    return r >= 0 && w->removing[r] != NO_REMOVAL && eq(&w->h->items[r].device, device);
}

/* ---- members (strata 4 and 5), as if only roots removed or as it is */
bool add_counts(struct naive *n, int a, bool last)
{
    struct item *item = (struct item *)IT(a);
    bool is = (item->type == ENTRY_ADD || a == n->founding) && !item->malformed && item->consented;
    if (!is || n->h->scope.kind == GOVERN_DIRECT || eq(&item->device, &item->author.device) ||
        who(n, &item->device, item->instance)->root_key ||
        !(n->rank[a] || (authority(n, a) && (!last || stands3(n, a)))))
        return false;
    EACH(r)
    if (last && n->removing[r] != NO_REMOVAL && eq(&IT(r)->device, &item->device) && IT(r)->instance < item->instance) {
        bool cited = cites(n, a, &IT(r)->id);
        for (int c = 0; c < IT(r)->cite_count && n->removing[r] == CITES_WORKSPACE; c++)
            cited &= !workspace_removed(n->workspace, &IT(r)->cites[c], &item->device) || cites(n, a, &IT(r)->cites[c]);
        if (!cited)
            return false;
    }
    return true;
}
enum role role_of(const struct item *add)
{
    return add->role == ROLE_ADMIN || add->role == ROLE_MEMBER ? ROLE_MEMBER
           : add->role == ROLE_CARRIER                         ? ROLE_CARRIER
                                                               : ROLE_READER;
}
static void hold_add(struct naive *n, struct who *w, bool last)
{
    bool counted[ITEMS_MAX];
    EACH(a)
    counted[a] = (a == n->founding || IT(a)->type == ENTRY_ADD) && eq(&IT(a)->device, &w->device) &&
                 IT(a)->instance == w->instance && add_counts(n, a, last);
    w->add = w->link = -1;
    w->role = w->direct ? ROLE_MEMBER : 0;
    w->level = 0;
    w->numbers = 0;
    w->tree = (int)(w - n->who);
    EACH(a) if (counted[a])
    {
        bool cited = false;
        EACH(b) cited |= counted[b] && IT(b)->type == ENTRY_ADD && cites(n, b, &IT(a)->id);
        if (!cited && (w->add < 0 || role_of(IT(a)) > role_of(IT(w->add)) ||
                       (role_of(IT(a)) == role_of(IT(w->add)) && smaller(n, a, w->add))))
            w->add = a;
    }
    if (w->add >= 0)
        w->role = role_of(IT(w->add));
}
const struct person_id *naive_person(const struct naive *n, const struct who *w)
{
    return w->add >= 0    ? &IT(w->add)->person
           : w->link >= 0 ? &IT(w->link)->person
           : w->direct    ? naive_person(n->workspace, w->direct)
                          : NULL;
}
const struct dh_public *naive_box(const struct naive *n, const struct who *w)
{
    return w->add >= 0    ? &IT(w->add)->box
           : w->link >= 0 ? &IT(w->link)->box
           : w->direct    ? naive_box(n->workspace, w->direct)
                          : NULL;
}
static bool may_link(struct naive *n, int l, int level, bool last)
{
    struct who *a = who(n, &IT(l)->author.device, IT(l)->author.instance), *b = who(n, &IT(l)->device, 1);
    return IT(l)->type == ENTRY_LINK && !IT(l)->malformed && IT(l)->consented && !eq(&IT(l)->device, &a->device) &&
           !b->root_key && !a->root_key && a->level == level && (a->add >= 0 || a->link >= 0) && b->add < 0 &&
           !b->granted && !(b->link >= 0 && b->level <= level) &&
           (last ? stands4(n, l) : within(n, l, a, ROOT_REMOVES)) && (a->role == ROLE_MEMBER || authority(n, l)) &&
           !memcmp(naive_person(n, a), &IT(l)->person, sizeof IT(l)->person);
}
static void hold_links(struct naive *n, bool last)
{
    EACH(l) n->counts[l] = false;
    for (int level = 0; level < 2; level++) {
        bool may[ITEMS_MAX], won[ITEMS_MAX];
        EACH(l) may[l] = n->h->scope.kind != GOVERN_DIRECT && may_link(n, l, level, last);
        EACH(l)
        {
            won[l] = may[l];
            EACH(m)
            won[l] &= !may[m] || m == l || !eq(&IT(m)->author.device, &IT(l)->author.device) ||
                      IT(m)->author.instance != IT(l)->author.instance || IT(m)->number != IT(l)->number ||
                      smaller(n, l, m);
        }
        EACH(l)
        {
            n->counts[l] |= won[l];
            EACH(m)
            if (won[l] && won[m] && m != l && eq(&IT(m)->device, &IT(l)->device) && !smaller(n, l, m))
                n->counts[l] = false;
            struct who *a = who(n, &IT(l)->author.device, IT(l)->author.instance), *b = who(n, &IT(l)->device, 1);
            if (won[l] && n->counts[l]) {
                b->link = l;
                b->role = ROLE_MEMBER;
                b->tree = a->tree;
                b->level = level + 1;
            }
        }
    }
}
void hold(struct naive *n, bool last)
{
    for (int w = 0; w < n->who_count; w++)
        hold_add(n, &n->who[w], last);
    hold_links(n, last);
}
