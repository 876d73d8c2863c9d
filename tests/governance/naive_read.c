/* SPDX-License-Identifier: MIT
 * Entries as facts: who is meant, what is named, what lies in whose past.  No rule is here, but for those of "Words".
 */
#include "naive.h"

#include <stdlib.h>

static int by_id(const void *a, const void *b)
{
    return memcmp(&(*(const struct item *const *)a)->id, &(*(const struct item *const *)b)->id, sizeof(struct hash));
}

static int id_of_fact(const void *id, const void *fact)
{
    return memcmp(id, &((const struct fact *)fact)->item->id, sizeof(struct hash));
}

static const struct fact *find(const struct naive *n, const struct hash *id)
{
    return n ? bsearch(id, n->facts, (size_t)n->count, sizeof *n->facts, id_of_fact) : NULL;
}

static struct who *find_who(struct naive *n, const struct sign_public *device, uint64_t number)
{
    EACHBODY(w)
    if (w->number == number && same(&w->device, device))
        return w;
    n->who[n->who_count] = (struct who){.device = *device, .number = number};
    return &n->who[n->who_count++];
}

static int find_log(const struct naive *n, const struct hash *log) /* its first entry stands for it */
{
    const struct fact *any = FIRST(e, memcmp(&e->item->log, log, sizeof *log) == 0);
    return any ? any->number : -1;
}

static void read_fact(struct naive *n, const struct item *item, struct fact *e)
{
    const bool brings = item->type == ENTRY_ADD || item->type == ENTRY_GENESIS || item->type == ENTRY_LINK;
    e->item = item;
    e->number = (int)(e - n->facts);
    e->type = item->malformed ? 0 : item->type;
    e->seq = item->seq;
    e->generation = item->author.instance;
    e->height = item->height;
    e->days = item->policy.keep_days;
    e->share = item->policy.share_history;
    e->role = item->role;
    e->consented = item->consented;
    e->begins_root_log = item->seq == 1 && crypto_is_zero(item->author.sub.bytes, sizeof item->author.sub.bytes);
    e->names = !crypto_is_zero(item->named.bytes, sizeof item->named.bytes);
    e->key = &item->author.device;
    e->device = &item->device;
    e->author = find_who(n, e->key, e->generation);
    if (e->type && (brings || e->type == ENTRY_GRANT || e->type == ENTRY_REMOVE))
        e->about = find_who(n, e->device, e->type == ENTRY_LINK ? 1 : item->instance);
}

static void tie(struct naive *n, struct fact *e)
{
    const struct item *item = e->item;
    const struct fact *cause = find(n, &item->previous);
    e->log = find_log(n, &item->log);
    e->named = find(n, &item->named);
    e->previous = e->seq > 1 ? cause : NULL;
    if (cause)
        e->past[cause->number] = true;
    for (const struct dep *dep = item->deps; dep < item->deps + item->dep_count; dep++)
        if ((cause = FIRST(c, c->seq == dep->seq && memcmp(&c->item->id, dep->id, sizeof dep->id) == 0 &&
                                  memcmp(&c->item->log, &dep->log, sizeof dep->log) == 0)))
            e->past[cause->number] = true;
    for (int i = 0; i < item->cite_count; i++) {
        const struct fact *here = find(n, &item->cites[i]), *there = find(n->workspace, &item->cites[i]);
        if (here)
            e->cites[here->number] = true;
        if (there)
            e->cites_there[there->number] = true;
    }
}

/* What needs the logs of all, and their causes. */
static void tie_lines(struct naive *n, struct fact *e)
{
    e->next = FIRST(s, s->previous == e);
    if (ANY(s, s->previous == e && s != e->next))
        e->next = NULL;
    for (e->first = e; e->first->previous; e->first = e->first->previous)
        e->line[e->first->number] = true;
    e->line[e->first->number] = true;
    for (int i = 0; i < n->count; i++)
        e->causes += e->past[i];
    for (e->cut_count = 0; e->cut_count < e->item->cut_count; e->cut_count++) {
        const struct cut *cut = &e->item->cuts[e->cut_count];
        const struct fact *head = find(n, &cut->id);
        e->cut[e->cut_count] =
            (struct record){find_log(n, &cut->log), cut->seq, head && is_of(cut, head) ? head : NULL};
    }
}

void naive_read(struct naive *n, const struct told *told, const struct naive *workspace)
{
    const struct item *sorted[ITEMS_MAX];
    *n = (struct naive){.scope = told->scope, .workspace = workspace, .count = told->count};
    memcpy(sorted, told->items, sizeof sorted);
    qsort(sorted, (size_t)n->count, sizeof *sorted, by_id);
    EACH(e) read_fact(n, sorted[e - n->facts], e);
    EACH(e) tie(n, e);
    EACH(between)
    EACH(e)
    for (int i = 0; i < n->count && e->past[between->number]; i++)
        e->past[i] = e->past[i] || between->past[i];
    EACH(e) tie_lines(n, e);
    for (int i = 0; n->scope->kind == GOVERN_DIRECT && i < workspace->who_count; i++)
        find_who(n, &workspace->who[i].device, workspace->who[i].number)->there = &workspace->who[i];
}
