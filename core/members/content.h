/* SPDX-License-Identifier: MIT
 * Content that tells the node itself something: names, titles, notes, who is invited.  Also where its key comes later.
 */
#pragma once
#include "core/state.h"

/* A kind-1 entry was accepted: carries out what it says, if its key is here; else once it is. */
void content_note(struct node *node, struct log *log, const struct entry *entry);
/* A key has come, or another step: those that waited for it. */
void content_read_unread(struct node *node, struct group *group);
/* The entry lies in another log now. */
void content_move_unread(struct node *node, struct unread *unread, struct log *to);
MUST_USE enum error content_load(struct node *node); /* after the logs */
