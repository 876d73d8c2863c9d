/* SPDX-License-Identifier: MIT
 * The logs a node knows: heads, tips (what nobody has cited yet), and the digest that two nodes compare. */
#pragma once
#include "core/state.h"

struct log *logs_find(const struct node *node, const struct hash *id);
/* Finds or makes; a new one is unnamed until logs_name().  The caller knows the group. */
struct log *logs_get(struct node *node, struct group *group, const struct hash *id, enum log_kind kind);
void logs_name(struct node *node, struct log *log, const struct log_name *name);
/* Finds, or makes one that so far is only the word of the device at the other end: of such, everyone may have
 * PROMISES_MAX, and all who are no members together as many.  NULL: these are used up, or it is another group's. */
#define PROMISES_MAX 4096u
struct log *logs_promised(struct node *node, const struct link *link, struct group *group, const struct hash *id,
                          enum log_kind kind);
/* How many subs of that author, instance and kind have entries here. */
#define SUBS_MAX 64u
size_t logs_count_subs(const struct group *group, const struct log_name *name);
/* An own log that somebody knows better than we: never append to it again, also after a restart. */
void logs_close(struct node *node, struct log *log);
/* Somebody says that he holds more or other entries of an own log, and has not shown one yet.  He is believed a few
 * times in a process: who lies must not make us open one sub after the other. */
void logs_doubt(struct node *node, struct log *log);
/* Content counts up to `seq`, NEVER for all of it; storage is told with this step's batch (cuts.h). */
void logs_set_cut(struct node *node, struct log *log, uint64_t seq);
/* From a row of the disk. */
void logs_restore(struct node *node, struct group *group, const struct log_row *row);

/* Takes `entry` (checked by the caller) as the new head of `log` and moves clocks and tips. */
void logs_advance(struct node *node, struct log *log, const struct entry *entry, const struct hash *id);
/* A number on disk, unless it has one. */
void logs_number(struct node *node, struct log *log);
/* What `log` has beyond rest->row.base_seq is the branch `rest` from now on, and `log` has ended; the caller puts the
 * move into the batch.  ERR_NOT_FOUND: the entry at the fork is not here; nothing is done then. */
MUST_USE enum error logs_divide(struct node *node, struct log *log, struct log *rest);
/* What a batch's rows say is now durable. */
void logs_made_durable(struct node *node, const struct log_row *row);
/* Puts the rows that changed in this step into the batch. */
void logs_flush_rows(struct node *node);

/* Adds the tips that a new own entry of `kind` in `own` cites to those deps that stand in `deps` already, newest first,
 * up to ENTRY_DEPS_MAX; raises *hlc to the largest HLC among them that can be believed at now_ms. */
void logs_collect_deps(const struct log *own, enum log_kind kind, uint64_t now_ms, struct buffer *deps, uint64_t *hlc);

/* BLAKE2b-256("zuruf-digest-v1" ‖ group ‖ kind-0 rows ‖ kind-1 rows): PROTOCOL.md, "Digest". */
const struct hash *logs_digest(struct group *group);
/* Likewise without the rows of kind 1: for who may know of the group and of no more. */
void logs_governance_digest(const struct group *group, struct hash *ret);
/* How far others are told of a log: to its durable end, but not beyond its cut; of a hidden branch at most its first
 * entry. */
uint64_t logs_told_seq(const struct log *log);
const struct hash *logs_told_id(const struct log *log); /* of the entry there, if there is one */
/* How far it is asked for. */
uint64_t logs_wanted_seq(const struct log *log);
/* Up to which one is taken if it comes. */
uint64_t logs_taken_seq(const struct log *log);
/* Appends rows (DEP_SIZE each) of the durable logs of one kind, as far as they are told, by ascending log id.  `choose`
 * says which; NULL: all. */
typedef bool logs_chooser(const void *arg, const struct log *log);
void logs_rows(const struct group *group, enum log_kind kind, logs_chooser *choose, const void *arg,
               struct buffer *out);

/* The author's key of a named log. */
static inline const struct sign_public *log_author(const struct log *log)
{
    return &log->row.name.device;
}
