/* SPDX-License-Identifier: MIT
 * The groups that this node is in, the workspace among them: who belongs to each, and its keys. */
#pragma once
#include "core/keys/vault.h"
#include "core/state.h"

/* A new one in RAM; its row goes into this step's batch. */
struct group *groups_create_workspace(struct node *node, const struct hash *id, const struct sign_public *root,
                                      const struct secret_key *workspace_key);
/* NULL: this node is in as many groups as it may be. */
#define GROUPS_MAX 512u
struct group *groups_create_direct(struct node *node, const struct person_id people[2]);
struct group *groups_create_chat(struct node *node, const struct hash *id, const struct sign_public *root,
                                 bool is_private);
void groups_store_workspace(struct node *node);     /* its key is another one now */
void groups_forget(struct node *node);              /* all; wipes their keys */
MUST_USE enum error groups_load(struct node *node); /* from the local rows, with keys and names */
/* The key of a local row: one of a kind for each group. */
struct vault_key groups_row_key(const char *kind, uint32_t number);
struct group *groups_by_id(const struct node *node, const struct hash *id);
/* The one of that id; also one that does not exist yet, where the device at the other end may be first to tell of it:
 * a direct chat with its person, or one into which this device is invited. */
struct group *groups_told(struct node *node, const struct link *link, const struct hash *id);
struct group *groups_by_number(const struct node *node, uint32_t number);

/* A log may be named when an entry speaks of its writer, counting or not, or he is a root. */
bool groups_justify(const struct group *group, const struct log_name *name);

/* A kind-0 entry was accepted: roster and keys.  Sets ENTRY_FLAG_CONSENT in *flags. */
void groups_note_governance(struct node *node, struct log *log, const struct entry *entry, uint32_t *flags);
/* Once a step: evaluates rosters that changed. */
void groups_settle(struct node *node);
