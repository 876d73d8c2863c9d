/* SPDX-License-Identifier: MIT
 * What a governance holds, shared by the files govern_*.c; nobody else includes this.  Everything is an index into an
 * array, NONE is nothing.  What is marked "evaluated" is made anew by governance_settle(). */
#pragma once
#include "core/base/alloc.h"
#include "core/base/table.h"
#include "governance.h"
#include <stdlib.h>

#define NONE UINT32_MAX
#define UNLIMITED UINT64_MAX

#define GOVERN_ROOM(array, count, capacity)                                                                            \
    ((count) < (capacity) ? (void)0                                                                                    \
                          : (void)((capacity) = (capacity) ? (capacity)*2 : 16,                                        \
                                   (array) = alloc_grow((array), (capacity), sizeof *(array))))

/* A growing array of T with its count. */
#define LIST(T)                                                                                                        \
    struct {                                                                                                           \
        T *at;                                                                                                         \
        uint32_t count, capacity;                                                                                      \
    }
struct indexes {
    uint32_t *at;
    uint32_t count, capacity;
};
#define LIST_ADD(list) (GOVERN_ROOM((list).at, (list).count, (list).capacity), &(list).at[(list).count++])

/* An entry. */
struct fact {
    struct hash id, previous;
    uint64_t seq;
    uint32_t log, segment;
    uint32_t type;
    uint32_t act;     /* in the list of its type; NONE: none, or malformed */
    uint32_t parents; /* where they begin in governance.parents: the one before, then one for each dep */
    uint32_t deps;    /* where they begin in governance.deps, in records */
    uint16_t dep_count;
    bool malformed;
    bool in_circle;              /* or hangs on one */
    uint8_t rank;                /* evaluated: 0 not of a root that is in force, 1 the group's, 2 the workspace's */
    uint8_t verdict;             /* evaluated: enum governance_rule */
    uint32_t order, mark;        /* place in governance.order; of the last walk that came by */
    uint64_t height, own_height; /* evaluated: of the greatest counted EPOCH before it, and its own */
};

/* Entries of a log that follow each other: a log that never forked is one.  A fork begins another. */
struct segment {
    uint32_t log, parent; /* parent: the one it leaves; NONE: it begins at seq 1 */
    uint64_t base;        /* seq before its first entry */
    LIST(uint32_t) facts;
    uint32_t next;                          /* of the same log */
    uint32_t spans;                         /* evaluated: where its author is an admin; a list */
    uint64_t left;                          /* evaluated: the first of its entries with which its author leaves */
    uint64_t root_limit, limit, full_limit; /* evaluated: within roots' cuts; and strata 3's; and stratum 4's */
    uint64_t within, all_within, after;     /* scratch */
};
/* Entries with after < seq ≤ within of a segment. */
struct span {
    uint64_t after, within;
    uint32_t next;
};

struct chain { /* a log, with all its branches */
    struct hash id;
    struct log_name name;
    uint32_t instance;
    uint32_t segments; /* a list, by struct segment.next */
    uint32_t next;     /* of the same instance */
};

/* As what a device stands in a group, judged with or without removals. */
struct standing {
    uint32_t add, link; /* the one that holds; NONE */
    uint32_t level;     /* 0: added; LINKs between it and an ADD */
    uint32_t tree;      /* the instance at the top of its LINKs, else itself */
    enum role role;     /* by ADD or LINK; 0: by neither */
    uint16_t numbers;   /* of LINKs that it has given away, as bits */
};

struct instance {
    uint32_t device;
    uint64_t number;
    uint32_t next;                                  /* of the same device, by number */
    uint32_t chains, adds, removals, grants, links; /* lists: what it wrote; what speaks of it */
    uint32_t fact_count;
    /* evaluated */
    bool granted, open_grant; /* a GRANT counts; one without REVOKE does */
    bool removed, held_keys;
    bool is_root;        /* a root's key, which is no device */
    bool from_workspace; /* of a direct chat */
    bool direct_current; /* its membership in the workspace is */
    struct governance_member direct;
    struct standing first, last; /* as if only roots removed; and as it is */
    uint32_t removal;            /* that counts, with the smallest id */
};
struct device {
    struct sign_public key;
    uint32_t instances;
};

/* ---------------------------------------------------------------- what entries say */

struct cites {
    uint32_t at, count; /* in governance.cited */
};
struct cuts {
    uint32_t at, count; /* in governance.cuts */
};

struct grant_act {
    uint32_t fact, instance, next;
    struct cuts from;
    bool counts, revoked; /* evaluated */
    uint8_t rank;
};
struct revoke_act {
    uint32_t fact;
    struct hash grant;
    struct cuts cut;
    uint32_t of; /* evaluated: the grant, if it counts */
};
struct handover_act {
    uint32_t fact;
    struct sign_public key;
    struct hash head;
    struct cuts cut;
};
struct opening_act {
    uint32_t fact;
    struct hash head;
};
struct add_act {
    uint32_t fact, instance, next;
    enum role role;
    struct person_id person;
    struct dh_public box;
    struct cites cites;
    bool consented;
    bool counts, cited; /* evaluated, at each stage */
};
enum removal_sort {
    REMOVAL_VOID,
    REMOVAL_BY_ROOT,
    REMOVAL_OF_WORKSPACE, /* cites the workspace's */
    REMOVAL_OF_OWN,       /* its author's own instance */
    REMOVAL_OF_LINKED,
    REMOVAL_BY_ADMIN,
};
struct reach { /* entries up to here of a segment */
    uint32_t segment;
    uint64_t within;
};
struct removal_act {
    uint32_t fact, instance, next;
    struct cuts cut;
    struct cites cites;
    LIST(struct reach) reach; /* what no cut of its author may leave out */
    uint32_t reach_for;       /* as of so many entries of its instance; NONE: not walked yet */
    /* evaluated */
    enum removal_sort sort;
    bool by_admin, replaced; /* replaced: an admin's, which counts, cites it */
};
struct link_act {
    uint32_t fact, instance, next;
    struct person_id person;
    struct dh_public box;
    uint8_t number;
    bool consented;
    uint8_t verdict; /* evaluated, at each stage */
};
struct policy_act {
    uint32_t fact;
    struct policy policy;
    struct cites cites;
};
/* EPOCH and KEYSHARE: who was given a key. */
struct key_act {
    uint32_t fact;
    struct epoch_id epoch;
    uint64_t height;
    uint32_t names, count, carriers; /* in governance.names: first holders, then carriers */
    uint32_t next;                   /* of the same epoch id */
};

struct root_generation { /* evaluated */
    struct sign_public key;
    uint32_t ended; /* the handover_act by which this key ended; NONE: it is in force */
};
/* A generation on the way up through the root logs. */
struct root_stage {
    struct sign_public key;
    uint64_t generation;
    uint32_t chain, first; /* first: its opening; NONE in generation 0, where any GENESIS may be */
    uint32_t closed;       /* where the workspace's root closed it; NONE */
};

struct governance {
    struct governance_scope scope;
    const struct governance *workspace;
    uint64_t revision, workspace_revision; /* of what was evaluated; of the workspace's when it was */
    bool structural, late, changed;        /* what the entries that are not judged yet ask for */
    uint32_t judged;                       /* how many of `order` are */

    LIST(struct fact) facts;
    LIST(struct segment) segments;
    LIST(struct chain) chains;
    LIST(struct instance) instances;
    LIST(struct device) devices;
    struct table facts_by_id, chains_by_id, devices_by_key, waiting;
    LIST(uint32_t) parents;
    struct buffer deps;
    LIST(uint32_t) order; /* causes first */
    bool has_circles;     /* some causes go round: then not all stand in order */
    uint32_t mark;

    LIST(struct grant_act) grants;
    LIST(struct revoke_act) revokes;
    LIST(struct handover_act) handovers;
    LIST(struct opening_act) openings;
    LIST(struct add_act) adds;
    LIST(struct removal_act) removals;
    LIST(struct link_act) links;
    struct indexes links_by_id; /* ascending ids of entries */
    LIST(struct policy_act) policies;
    LIST(struct key_act) keys;
    struct table keys_by_epoch; /* the first of each id */
    struct indexes epochs;      /* those of `keys`, by ascending (height, epoch id) */
    LIST(struct hash) cited;
    LIST(struct cut) cuts;
    LIST(uint64_t) names;

    /* evaluated */
    LIST(struct span) spans;
    LIST(struct root_generation) generations;
    struct root_stage stage;            /* the newest generation of the group's root, */
    uint32_t root_end;                  /* up to where it is in force, */
    uint32_t superior_end;              /* and what the workspace's root has written here; NONE: nothing */
    LIST(struct sign_public) root_keys; /* that are or were in force: no devices */
    struct sign_public heir;            /* whom the last generation handed over to */
    bool has_heir, needs_newer;
    uint32_t founding; /* its GENESIS */
    struct policy policy;
    LIST(struct governance_member) members;
    LIST(uint64_t) holder_names, member_names; /* box names of those that hold keys, and of all; ascending */
    uint64_t top_height;
};

/* Tables hold index + 1 as pointers. */
static inline uint32_t govern_index(const void *value)
{
    return (uint32_t)(uintptr_t)value - 1;
}
static inline void *govern_value(uint32_t index)
{
    return (void *)((uintptr_t)index + 1);
}
static inline bool govern_same(const void *a, const void *b)
{
    return memcmp(a, b, 32) == 0;
}

/* ---------------------------------------------------------------- govern_facts.c */

uint32_t govern_fact(const struct governance *g, const struct hash *id);
uint32_t govern_chain(const struct governance *g, const struct hash *id);
uint32_t govern_device(const struct governance *g, const struct sign_public *key);
uint32_t govern_find_instance(const struct governance *g, const struct sign_public *key, uint64_t number);
uint32_t govern_get_instance(struct governance *g, const struct sign_public *key, uint64_t number);
/* Places the entry in its log.  ERR_NOT_FOUND, ERR_EXISTS. */
MUST_USE enum error govern_place(struct governance *g, const struct log_name *author, const struct entry *entry,
                                 const struct hash *id, uint32_t *ret);
uint32_t govern_at(const struct governance *g, uint32_t segment,
                   uint64_t seq); /* the entry at seq, or on its parents */
bool govern_follows(const struct governance *g, uint32_t fact,
                    uint32_t head); /* is it, or comes before it in its log */

static inline struct fact *fact_of(const struct governance *g, uint32_t index)
{
    return &g->facts.at[index];
}
static inline struct chain *chain_of(const struct governance *g, const struct fact *fact)
{
    return &g->chains.at[fact->log];
}
static inline uint32_t author_of(const struct governance *g, const struct fact *fact)
{
    return chain_of(g, fact)->instance;
}

/* ---------------------------------------------------------------- govern_acts.c */

void govern_read(struct governance *g, uint32_t fact, struct bytes payload, uint32_t *flags);
bool govern_cites(const struct governance *g, struct cites cites, const struct hash *id);

/* ---------------------------------------------------------------- govern_causes.c */

void govern_tie(struct governance *g, uint32_t fact); /* to its causes */
void govern_tie_anew(struct governance *g);           /* all: some came before their causes */
/* Up to where the author of a removal has seen the logs it ends; of the own ones: what does not come after it. */
void govern_reach(struct governance *g, struct removal_act *removal);

/* ---------------------------------------------------------------- the strata */

void govern_roots(struct governance *g); /* govern_root.c */
uint32_t govern_root_chain(const struct governance *g, const struct sign_public *key, uint64_t generation);
uint32_t govern_unforked_end(const struct governance *g, uint32_t first); /* the last entry before a fork */
/* Whether an entry stands in the log of a generation, in whatever branch of its opening. */
bool govern_is_within(const struct governance *g, const struct root_stage *stage, uint32_t fact);
/* The first HANDOVER up to `head`, which ends what the old key says: its index.  NONE: there is none. */
uint32_t govern_handover_before(const struct governance *g, uint32_t head);
bool govern_leads_to_genesis(const struct governance *g, uint32_t head);
void govern_mark_path(struct governance *g, uint32_t head, uint8_t rank);
void govern_superior(struct governance *g);      /* govern_superior.c */
void govern_grants(struct governance *g);        /* govern_grants.c */
void govern_first_members(struct governance *g); /* govern_members.c: as if only roots removed */
void govern_removals(struct governance *g);      /* govern_removals.c */
void govern_members(struct governance *g);
void govern_hold_adds(struct governance *g, bool last);
/* Whether its device has signed it, or GENESIS or a LINK that it cites and says again. */
bool govern_consents(const struct governance *g, const struct add_act *add);
void govern_describe(const struct governance *g, const struct instance *instance, struct governance_member *member);
void govern_hold_links(struct governance *g, bool last); /* govern_links.c */
/* govern_judge.c: verdicts of governance.order from there on; true: one that was given has changed. */
bool govern_judge(struct governance *g, uint32_t from);
void govern_policy(struct governance *g);

/* Puts into `within` of each segment of an instance up to where a cut covers it. */
void govern_cut(struct governance *g, uint32_t instance, struct cuts cut);
/* Whether a grant covers the entry. */
bool govern_authority(const struct governance *g, const struct fact *fact);
bool govern_revokes_cited(const struct governance *g, const struct removal_act *removal);
/* Of the workspace: a REMOVE of that device which counts there; a device that belongs to it now. */
bool govern_removed_by(const struct governance *workspace, const struct hash *id, const struct sign_public *device);
bool govern_is_current(const struct governance *workspace, const struct sign_public *device);
static inline bool govern_by_root_key(const struct governance *g, const struct fact *fact)
{
    return g->instances.at[author_of(g, fact)].is_root;
}
static inline struct standing *govern_standing(struct governance *g, uint32_t instance, bool last)
{
    return last ? &g->instances.at[instance].last : &g->instances.at[instance].first;
}

#define EACH_SEGMENT(g, instance_, segment_)                                                                           \
    for (uint32_t chain_##segment_ = (g)->instances.at[instance_].chains; chain_##segment_ != NONE;                    \
         chain_##segment_ = (g)->chains.at[chain_##segment_].next)                                                     \
        for (uint32_t segment_ = (g)->chains.at[chain_##segment_].segments; segment_ != NONE;                          \
             segment_ = (g)->segments.at[segment_].next)
