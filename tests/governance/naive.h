/* SPDX-License-Identifier: MIT
 * The rules of PROTOCOL.md, "Governance", as they stand there: slow, and written without a look at the core's.  They
 * are in naive.c; naive_read.c turns entries into what they speak of; here are the words they are written in. */
#pragma once
#include "history.h"

#define FACT const struct fact *
#define WHO const struct who *
#define KEY const struct sign_public *

struct record { /* of a cut */
    int log;    /* like that of a fact; -1: nothing of it is held */
    uint64_t seq;
    const struct fact *head; /* the entry it names; NULL: not held under that log and seq */
};

struct who { /* an instance: a membership of a device */
    struct sign_public device;
    uint64_t number;
    const struct who *there; /* of a direct chat: in the workspace */
    /* evaluated; open: has a GRANT without REVOKE; add, link: the one that holds */
    bool is_root, direct, open, current;
    const struct fact *add, *link;
};

enum removes { NOT, BY_ROOT, FOR_WORKSPACE, OF_ITSELF, OF_LINKED, BY_ADMIN };

struct fact { /* an entry; sets are arrays by number */
    const struct item *item;
    uint64_t type, seq, generation; /* type 0: malformed; generation: the number of its author's instance */
    uint64_t height, days;          /* of an EPOCH; of a POLICY */
    enum role role;
    bool consented, share;
    int number, log, cut_count, causes; /* causes: how many are in its past */
    bool begins_root_log, names;        /* names: a head or a GRANT, which is `named` if it is held */
    const struct who *author, *about;
    const struct sign_public *key, *device;             /* its author's; whom it is about */
    const struct fact *previous, *next, *first, *named; /* in its log; next: the only one behind it */
    bool line[ITEMS_MAX], past[ITEMS_MAX];              /* line: itself and what is before it in its log */
    bool cites[ITEMS_MAX], cites_there[ITEMS_MAX];
    struct record cut[CUTS_ITEM];
    /* evaluated; rank: in force, 1 of the group's root, 2 of the workspace's */
    int rank;
    enum removes removes;
    bool counts;
};

struct naive {
    const struct governance_scope *scope;
    const struct naive *workspace; /* NULL: it is the workspace */
    struct fact facts[ITEMS_MAX];  /* by ascending id */
    struct who who[2 * ITEMS_MAX];
    int count, who_count;
    const struct fact *end, *closing; /* of the root log; the HANDOVER by which the workspace's root closed it */
};

void naive_evaluate(struct naive *n, const struct told *told, const struct naive *workspace);
bool naive_covers_content(const struct naive *n, WHO who, FACT at);               /* `at`: of its log, with its seq */
bool naive_usable(const struct naive *n, FACT epoch);                             /* to seal with */
bool naive_policy(const struct naive *n, bool share_history, uint64_t keep_days); /* is that it? */
bool naive_needs_newer(const struct naive *n, FACT fact);
enum role naive_role(const struct naive *n, WHO who);                                     /* by ADD or LINK */
void naive_read(struct naive *n, const struct told *told, const struct naive *workspace); /* naive_read.c */

/* ---------------------------------------------------------------- what rules are made of */

/* RULE(name, (of what), when) is a function that is true when that holds in the group `n`; FIND one that tells which
 * entry fits.  ANY(x, …) is "there is an entry x such that", ALL(x, …) "for every entry x", FIRST the one meant. */
#define AND(...) , __VA_ARGS__
#define DEFINE(type, name, parameters, ...)                                                                            \
    type name(const struct naive *n AND parameters)                                                                    \
    {                                                                                                                  \
        (void)n;                                                                                                       \
        return __VA_ARGS__;                                                                                            \
    }                                                                                                                  \
    struct naive
#define RULE(name, parameters, ...) DEFINE(static bool, name, parameters, __VA_ARGS__)
#define FIND(name, parameters, ...) DEFINE(static FACT, name, parameters, __VA_ARGS__)

/* The first of an array for which the condition holds; NULL: none. */
#define FIRST_OF(kind, x, array, size, condition)                                                                      \
    ({                                                                                                                 \
        const struct kind *x = (array), *end_##x = x + (size);                                                         \
        while (x < end_##x && !(condition))                                                                            \
            x++;                                                                                                       \
        x < end_##x ? x : NULL;                                                                                        \
    })
#define FIRST(x, condition) FIRST_OF(fact, x, n->facts, n->count, condition) /* the one with the smallest id */
#define ANY(x, condition) (FIRST(x, condition) != NULL)
#define ALL(x, condition) (!ANY(x, !(condition)))
#define ANYBODY(x, condition) (FIRST_OF(who, x, n->who, n->who_count, condition) != NULL)
#define ANY_RECORD(x, fact, condition) (FIRST_OF(record, x, (fact)->cut, (fact)->cut_count, condition) != NULL)
#define ANY_CUT(x, fact, condition) (FIRST_OF(cut, x, (fact)->item->cuts, (fact)->cut_count, condition) != NULL)
#define ANY_BOX(x, fact, whose, condition)                                                                             \
    (FIRST_OF(dh_public, x, (fact)->item->whose##s, (fact)->item->whose##_count, condition) != NULL)
/* In the workspace. */
#define ANY_THERE(x, condition)                                                                                        \
    (n->workspace && FIRST_OF(fact, x, n->workspace->facts, n->workspace->count, condition) != NULL)
#define ANYBODY_THERE(x, condition)                                                                                    \
    (n->workspace && FIRST_OF(who, x, n->workspace->who, n->workspace->who_count, condition) != NULL)
#define EACH(x) for (struct fact *x = n->facts; x < n->facts + n->count; x++)
#define EACHBODY(x) for (struct who *x = n->who; x < n->who + n->who_count; x++)

#define WORD(type, name, parameters, ...)                                                                              \
    static inline type name parameters                                                                                 \
    {                                                                                                                  \
        return __VA_ARGS__;                                                                                            \
    }                                                                                                                  \
    struct naive
#define NO_ROLE ((enum role)0)
#define IS(fact, type_) ((fact)->type == ENTRY_##type_)
WORD(bool, opens, (FACT e), IS(e, GENERATION) && e->begins_root_log);
WORD(bool, same, (KEY a, KEY b), memcmp(a, b, sizeof *a) == 0);
WORD(bool, leads, (FACT a, FACT b), b->line[a->number]); /* to b: a is it, or before it in its log */
WORD(bool, before, (FACT a, FACT b), a != b && leads(a, b));
WORD(bool, is_later, (FACT a, FACT b), /* of what one root wrote in its generations */
     a->generation > b->generation || (a->generation == b->generation && a->seq > b->seq));
WORD(bool, is_lower, (WHO a, WHO b), a->number < b->number && same(&a->device, &b->device));
WORD(FACT, source, (WHO w), w->add ? w->add : w->link || !w->direct ? w->link : source(w->there)); /* NULL: none */
WORD(bool, is_under, (FACT a, FACT b), a && a->generation < b->generation);                        /* a: NULL is fine */
WORD(bool, same_number, (FACT a, FACT b), a->item->number == b->item->number);                     /* of LINKs */
WORD(WHO, top, (WHO w), w->link ? top(w->link->author) : w);
WORD(int, depth, (WHO w), w->link ? 1 + depth(w->link->author) : 0); /* LINKs below an ADD */
WORD(bool, is_person, (WHO w, const struct person_id *id),
     source(w) && !memcmp(&source(w)->item->person, id, sizeof *id));
WORD(bool, repeated, (FACT a, FACT b), /* what a says of whom it is about */
     a->about == b->about && !memcmp(&a->item->person, &b->item->person, sizeof a->item->person) &&
         !memcmp(&a->item->box, &b->item->box, sizeof a->item->box));
WORD(bool, has_box, (WHO w, const struct dh_public *box),
     source(w) && !memcmp(&source(w)->item->box, box, sizeof *box));
WORD(bool, gives_same, (FACT k, FACT e), /* an EPOCH or KEYSHARE of the same key */
     (IS(k, EPOCH) || IS(k, KEYSHARE)) && !memcmp(&k->item->epoch, &e->item->epoch, sizeof e->item->epoch));
/* Records of a cut that may speak of another group. */
WORD(bool, is_of, (const struct cut *c, FACT e),
     c->seq == e->seq && !memcmp(&c->id, &e->item->id, sizeof c->id) && !memcmp(&c->log, &e->item->log, sizeof c->log));
WORD(bool, is_higher, (const struct cut *a, const struct cut *b), /* of two for one log */
     (a->seq > b->seq || (a->seq == b->seq && memcmp(&a->id, &b->id, sizeof a->id) < 0)) &&
         !memcmp(&a->log, &b->log, sizeof a->log));
