/* SPDX-License-Identifier: MIT
 * Groups of this node and what their content says about names.  For now there is one: the workspace. */
#pragma once
#include "state.h"

/* A new one in RAM; its row goes into this step's batch. */
struct group *groups_create(struct node *node, const struct hash *id, const struct sign_public *root,
                            const struct secret_key *workspace_key);
void groups_free(struct group *group);              /* wipes; NULL is fine */
MUST_USE enum error groups_load(struct node *node); /* from the local rows, with keys and names */
struct group *groups_by_id(const struct node *node, const struct hash *id);
struct group *groups_by_number(const struct node *node, uint32_t number);

/* A log may be named when its writer belongs to the group: the root, or a member's device. */
bool groups_justify(const struct group *group, const struct log_name *name);

/* A kind-0 entry was accepted: roster and keys.  Sets ENTRY_FLAG_CONSENT in *flags. */
void groups_note_governance(struct node *node, struct log *log, const struct entry *entry, uint32_t *flags);
/* A kind-1 entry was accepted: names and titles, if its key is here. */
void groups_note_content(struct node *node, struct log *log, const struct entry *entry);
/* A root log has forked: what lies in its branches does not count.  Evaluates anew. */
void groups_roster_again(struct node *node, struct group *group);
/* The entry lies in another log now. */
void groups_move_unread(struct node *node, struct unread *unread, struct log *to);
/* Once a step: evaluates rosters that changed. */
void groups_settle(struct node *node);

struct bytes groups_person_name(const struct node *node, const struct person_id *person); /* empty: unknown */
