/* SPDX-License-Identifier: MIT
 * Logs that were written twice: by a restored backup that nobody noticed, two copies of one device, or a liar.  Where a
 * log forks it ends, and each side goes on as a read-only log of its own, a branch; a branch may fork again.  So which
 * logs there are, and what is in them, is a function of the entries held, whatever came first.  Headers and deps keep
 * the forked log's name: the id chooses the branch.  PROTOCOL.md, "Forks". */
#pragma once
#include "core/state.h"

#define BRANCHES_SHOWN 8u
#define BRANCHES_MAX 64u       /* of one log are stored, */
#define BRANCHES_TOLD_MAX 128u /* and beyond them only such as would be told: so all agree on those */

/* The branch of `root` that begins with entry `first`: found or made.  Empty until that entry comes, and only then is
 * it certain where it begins: who tells of it may lie. */
struct log *branches_get(struct node *node, struct log *root, const struct hash *first);
/* After all rows were read: which logs have ended in a fork, and which branches are shown. */
void branches_restore(struct node *node);

/* Which log of the family of `log` holds the entry with this number and the first `size` bytes of this id.  NULL: none.
 * Whoever holds it holds all before it. */
struct log *branches_holder(const struct node *node, const struct log *log, uint64_t seq, const uint8_t *id,
                            size_t size);
struct log *branches_cited(const struct node *node, const struct dep *dep); /* NULL: not here */
/* Which log holds what was entry `seq` of `log` before that forked: of several branches the one that was here first. */
struct log *branches_now(const struct node *node, struct log *log, uint64_t seq);

/* Where an entry belongs that does not simply follow the newest one of its log. */
enum placing {
    PLACE_KNOWN,   /* it is here */
    PLACE_NEXT,    /* behind *ret_log's newest entry */
    PLACE_FORK,    /* behind one of *ret_log's that already has a successor */
    PLACE_NOWHERE, /* what it follows is not here, or there are too many branches */
};
enum placing branches_place(const struct node *node, struct log *log, const struct entry *entry, const struct hash *id,
                            struct log **ret_log);
/* The log whose next entry a verified `entry` is now; forks one if need be.  NULL: it is here, or belongs nowhere. */
struct log *branches_make_place(struct node *node, struct log *log, const struct entry *entry, const struct hash *id);

/* An accepted entry of `by` cites `log`, a branch: what others cite is shown first. */
void branches_note_citation(struct node *node, struct log *log, const struct log *by);
/* Whether it is the root of branches that are here: it was written twice. */
bool branches_has_any(const struct log *log);
