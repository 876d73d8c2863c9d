/* SPDX-License-Identifier: MIT
 * NOTEs of the workspace that this device could not open: most are for somebody else, some for the workspace's root,
 * whose key may come later, or for a group that has not come yet.  Where they stand is kept, and up to where in each
 * log they were tried with which root key, so that each is tried once with it, whatever restarts come between. */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"

/* One that could not be opened, at `seq` of that log. */
void sealed_notes_keep(struct node *node, struct log *log, uint64_t seq);

typedef void sealed_notes_take(struct node *node, const struct sign_public *author, uint64_t hlc,
                               const struct sealed_note *note, const void *arg);
/* Each of them; with a root key only those that were not tried with it. */
void sealed_notes_each(struct node *node, const struct sign_public *root, sealed_notes_take *take, const void *arg);
/* All that there are were tried with this key. */
void sealed_notes_tried(struct node *node, const struct sign_public *root);

MUST_USE enum error sealed_notes_load(struct node *node);
void sealed_notes_done(struct node *node);
