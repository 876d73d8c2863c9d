/* SPDX-License-Identifier: MIT
 * Stratum 2, the roots: which items of root logs are in force. */
#include "naive_sets.h"

static bool zero_sub(const struct naive *n, int i)
{
    return crypto_is_zero(IT(i)->author.sub.bytes, 8);
}
static bool founds(const struct naive *n, int i)
{
    return IT(i)->type == ENTRY_GENESIS && !IT(i)->malformed && IT(i)->consented && IT(i)->seq == 1 && zero_sub(n, i) &&
           eq(&IT(i)->author.device, &n->h->scope.root) && IT(i)->author.instance == 0;
}
static int handover(const struct naive *n, int head) /* the first that leads to it */
{
    int found = -1;
    for (int i = head; i >= 0; i = before(n, i))
        found = IT(i)->type == ENTRY_HANDOVER && !IT(i)->malformed ? i : found;
    return found;
}
static bool heir_of(const struct naive *n, int head, const struct sign_public *key) /* may go on from it, on its word */
{
    int t = handover(n, head);
    EACH(x)
    if (n->rank[x] == 2 && IT(x)->type == ENTRY_HANDOVER && !IT(x)->malformed && eq(&IT(x)->named, &IT(head)->id) &&
        eq(&IT(x)->device, key))
        return true;
    return eq(t < 0 ? &IT(head)->author.device : &IT(t)->device, key);
}
bool from_genesis(const struct naive *n, int head)
{
    int f = first(n, head), b = at(n, &IT(f)->named);
    if (founds(n, f))
        return true;
    return IT(f)->type == ENTRY_GENERATION && !IT(f)->malformed && zero_sub(n, f) && b >= 0 && zero_sub(n, b) &&
           IT(b)->author.instance + 1 == IT(f)->author.instance && heir_of(n, b, &IT(f)->author.device) &&
           from_genesis(n, b);
}
static int unforked(const struct naive *n, int i)
{
    int next = -1, count = 0;
    EACH(e) if (before(n, e) == i)
    {
        next = e;
        count++;
    }
    return count == 1 ? unforked(n, next) : i;
}
/* The opening of the generation after the one that begins with `f` (any GENESIS, if that is one). */
static int opening(const struct naive *n, int f, uint64_t generation, int closed, const struct sign_public *heir)
{
    int best = -1;
    EACH(o)
    if (IT(o)->type == ENTRY_GENERATION && !IT(o)->malformed && IT(o)->seq == 1 && zero_sub(n, o) &&
        IT(o)->author.instance == generation + 1) {
        int h = at(n, &IT(o)->named);
        const struct sign_public *key = &IT(o)->author.device;
        if (h < 0 || IT(h)->author.instance != generation || !zero_sub(n, h) ||
            (f < 0 ? !founds(n, first(n, h)) : first(n, h) != f))
            continue;
        bool final = false;
        EACH(t)
        final |= IT(t)->type == ENTRY_HANDOVER && !IT(t)->malformed && eq(&IT(t)->log, &IT(h)->log) &&
                 (f < 0 ? founds(n, first(n, t)) : first(n, t) == f);
        int t = handover(n, h);
        bool may = closed >= 0 ? h == closed && eq(key, heir)
                   : t >= 0    ? eq(key, &IT(t)->device)
                               : eq(key, &IT(h)->author.device) && !final;
        best = may && smaller(n, o, best) ? o : best;
    }
    return best;
}
static void follow_roots(struct naive *n)
{
    int x = -1, f = -1, end = -1, begins = 0;
    uint64_t generation = 0;
    EACH(i)
    if (n->rank[i] == 2 && IT(i)->type == ENTRY_HANDOVER && !IT(i)->malformed && at(n, &IT(i)->named) >= 0 &&
        from_genesis(n, at(n, &IT(i)->named)) &&
        (x < 0 || IT(i)->author.instance > IT(x)->author.instance ||
         (IT(i)->author.instance == IT(x)->author.instance && IT(i)->seq > IT(x)->seq)))
        x = i;
    n->closing = x;
    EACH(i)
    begins += IT(i)->seq == 1 && zero_sub(n, i) && eq(&IT(i)->author.device, &n->h->scope.root) &&
              IT(i)->author.instance == 0;
    EACH(i) if (founds(n, i) && smaller(n, i, end)) end = i; /* of two beginnings */
    if (end >= 0 && begins == 1)
        end = unforked(n, end);
    if (x >= 0) {
        end = at(n, &IT(x)->named);
        f = first(n, end);
        generation = IT(end)->author.instance;
    }
    for (int o, closed = x >= 0 ? end : -1; (o = opening(n, f, generation, closed, x < 0 ? NULL : &IT(x)->device)) >= 0;
         closed = -1, f = o, generation++)
        end = unforked(n, o);
    for (int head = end; head >= 0;) {
        int t = handover(n, head), fst = first(n, head);
        uint64_t g = IT(head)->author.instance;
        for (int i = t >= 0 ? t : head; i >= 0; i = before(n, i))
            n->rank[i] = 1;
        n->roots[g] = IT(head)->author.device;
        n->root_end[g] = t;
        n->root_count = n->root_count > (int)g + 1 ? n->root_count : (int)g + 1;
        n->founding = founds(n, fst) ? fst : n->founding;
        head = founds(n, fst) ? -1 : at(n, &IT(fst)->named);
    }
}

static bool superior_holds(const struct naive *n,
                           int head) /* stands in logs of the workspace's root, down to the lowest */
{
    int f = first(n, head);
    uint64_t g = IT(f)->author.instance;
    const struct naive *w = n->workspace;
    if (IT(f)->type != ENTRY_GENERATION || IT(f)->malformed || !zero_sub(n, f) || g >= (uint64_t)w->root_count ||
        !eq(&w->roots[g], &IT(f)->author.device))
        return false;
    if (crypto_is_zero(&IT(f)->named, 32))
        return true;
    int below = at(n, &IT(f)->named);
    return below >= 0 && IT(below)->author.instance < g && superior_holds(n, below);
}
static int superior_end(const struct naive *n, int g) /* of what the workspace's root wrote in its generation g */
{
    const struct naive *w = n->workspace;
    int best = -1, ended = w->root_end[g];
    const struct cut *cut = NULL;
    EACH(i)
    if (IT(i)->seq == 1 && IT(i)->author.instance == (uint64_t)g && eq(&IT(i)->author.device, &w->roots[g]) &&
        superior_holds(n, i) && smaller(n, i, best))
        best = i;
    if (ended < 0)
        return best < 0 ? -1 : unforked(n, best);
    const struct item *end = &w->h->items[ended];
    struct log_name name = {.group = n->h->scope.id, .device = w->roots[g], .instance = (uint64_t)g};
    struct hash log;
    log_name_id(&name, &log);
    for (int c = 0; c < end->cut_count; c++)
        if (eq(&end->cuts[c].log, &log) &&
            (!cut || end->cuts[c].seq > cut->seq ||
             (end->cuts[c].seq == cut->seq && memcmp(&end->cuts[c].id, &cut->id, 32) < 0)))
            cut = &end->cuts[c];
    int t = cut ? named(n, cut) : -1;
    return t >= 0 && superior_holds(n, t) ? t : -1;
}
static void follow_superior(struct naive *n)
{
    for (int g = n->workspace->root_count - 1; g >= 0; g--) {
        int head = superior_end(n, g);
        if (head < 0)
            continue;
        while (head >= 0) {
            for (int i = head; i >= 0; i = before(n, i))
                n->rank[i] = 2;
            head = at(n, &IT(first(n, head))->named);
        }
        return;
    }
}
void naive_roots(struct naive *n)
{
    n->founding = -1;
    if (n->h->scope.kind == GOVERN_GROUP)
        follow_superior(n);
    if (n->h->scope.kind != GOVERN_DIRECT)
        follow_roots(n);
    if (!n->root_count)
        return;
    int last = n->root_count - 1, ended = -1;
    n->has_heir = n->root_end[last] >= 0;
    n->heir = n->has_heir ? IT(n->root_end[last])->device : n->roots[last];
    for (int g = last; g >= 0; g--) {
        ended = n->root_end[g] >= 0 ? n->root_end[g] : ended;
        n->root_end[g] = eq(&n->roots[g], &n->heir) ? -1 : ended;
    }
}
