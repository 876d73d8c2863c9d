/* SPDX-License-Identifier: MIT
 * What the naive evaluator asks of the set of items. */
#pragma once
#include "naive.h"

#define EACH(i) for (int i = 0; i < n->h->count; i++)
#define IT(i) (&n->h->items[i])

static inline bool eq(const void *a, const void *b)
{
    return memcmp(a, b, 32) == 0;
}
static inline int at(const struct naive *n, const struct hash *id)
{
    EACH(i) if (eq(&IT(i)->id, id)) return i;
    return -1;
}
static inline int before(const struct naive *n, int i) /* in its log */
{
    int p = IT(i)->seq > 1 ? at(n, &IT(i)->previous) : -1;
    return p >= 0 && eq(&IT(p)->log, &IT(i)->log) ? p : -1;
}
static inline bool leads(const struct naive *n, int a, int b) /* a is b, or before it in its log */
{
    while (b >= 0 && b != a)
        b = before(n, b);
    return b >= 0;
}
static inline int first(const struct naive *n, int i)
{
    while (before(n, i) >= 0)
        i = before(n, i);
    return i;
}
static inline bool smaller(const struct naive *n, int a, int b)
{
    return b < 0 || memcmp(&IT(a)->id, &IT(b)->id, 32) < 0;
}
static inline bool cites(const struct naive *n, int i, const struct hash *id)
{
    for (int c = 0; c < IT(i)->cite_count; c++)
        if (eq(&IT(i)->cites[c], id))
            return true;
    return false;
}
static inline int named(const struct naive *n, const struct cut *cut)
{
    int t = at(n, &cut->id);
    return t >= 0 && eq(&IT(t)->log, &cut->log) && IT(t)->seq == cut->seq ? t : -1;
}
static inline bool covers(const struct naive *n, int cutting, int e)
{
    for (int c = 0; c < IT(cutting)->cut_count; c++) {
        const struct cut *cut = &IT(cutting)->cuts[c];
        int t = named(n, cut);
        if (eq(&cut->log, &IT(e)->log) && (t >= 0 ? leads(n, e, t) : IT(e)->seq <= cut->seq))
            return true;
    }
    return false;
}
static inline bool behind(const struct naive *n, int grant, int e) /* its "from" */
{
    bool found = IT(grant)->type == ENTRY_GENESIS || !IT(grant)->cut_count;
    for (int c = 0; c < IT(grant)->cut_count && !found; c++) {
        const struct cut *cut = &IT(grant)->cuts[c];
        int t = named(n, cut);
        found = eq(&cut->log, &IT(e)->log) && (t >= 0 ? t != e && leads(n, t, e) : IT(e)->seq > cut->seq);
    }
    return found;
}
static inline bool by(const struct naive *n, int i, const struct who *w)
{
    return eq(&IT(i)->author.device, &w->device) && IT(i)->author.instance == w->instance;
}
static inline bool about(const struct naive *n, int i, uint64_t type,
                         const struct who *w) /* its type, decoded, and whom */
{
    return IT(i)->type == type && !IT(i)->malformed && eq(&IT(i)->device, &w->device) && IT(i)->instance == w->instance;
}

/* naive_root.c */
void naive_roots(struct naive *n);
bool from_genesis(const struct naive *n, int head);
/* naive.c */
struct who *who(struct naive *n, const struct sign_public *device, uint64_t instance);
void find_past(struct naive *n);
bool revokes(const struct naive *n, int v, int g);
bool grants(const struct naive *n, int g, const struct who *w);
bool within(const struct naive *n, int e, const struct who *w, enum removing how);
bool authority(struct naive *n, int e);
bool revokes_cited(const struct naive *n, int r, const struct who *w);
bool is_current(const struct naive *n, const struct sign_public *device);
bool by_admin(struct naive *n, int r);
bool in_pool(struct naive *n, int r, const struct who *w);
bool stands3(struct naive *n, int e);
bool stands4(struct naive *n, int e);
bool workspace_removed(const struct naive *w, const struct hash *id, const struct sign_public *device);
bool add_counts(struct naive *n, int a, bool last);
enum role role_of(const struct item *add);
void hold(struct naive *n, bool last);
