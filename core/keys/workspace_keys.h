/* SPDX-License-Identifier: MIT
 * The keys under which the devices of the workspace know each other: psks of links, and keys of discovery tags.  Each
 * EPOCH of the workspace tells one; a removal brings a new one.  Older ones are kept for those who were away meanwhile.
 * PROTOCOL.md, "Workspace keys". */
#pragma once
#include "core/state.h"

/* An EPOCH of the workspace tells one.  Kept, also on disk with this step's batch. */
void workspace_keys_learn(struct node *node, const struct epoch_id *epoch, uint64_t height,
                          const struct secret_key *key);
/* Chooses the current one anew: that of the EPOCH to seal with.  When EPOCHs or members of the workspace changed. */
void workspace_keys_settle(struct node *node);
MUST_USE enum error workspace_keys_load(struct node *node); /* after the groups and their governance */
void workspace_keys_forget(struct node *node);

/* 0 where there is no workspace. */
size_t workspace_keys_count(const struct node *node);
/* The current one first, then the older ones, the newest of them first. */
const struct secret_key *workspace_keys_at(const struct node *node, size_t index);
