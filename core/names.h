/* SPDX-License-Identifier: MIT
 * What content says about names: of people, in the workspace, and of groups.  Also of entries whose key comes later. */
#pragma once
#include "state.h"

/* A kind-1 entry was accepted: takes a name or title from it, if its key is here; else once it is. */
void names_note(struct node *node, struct log *log, const struct entry *entry);
/* A key has come: those that waited for it. */
void names_read_unread(struct node *node, struct group *group);
/* The entry lies in another log now. */
void names_move_unread(struct node *node, struct unread *unread, struct log *to);
MUST_USE enum error names_load(struct node *node);        /* before the logs */
MUST_USE enum error names_load_unread(struct node *node); /* after them */
void names_forget(struct node *node);                     /* what storage can give back */

struct bytes names_person(const struct node *node, const struct person_id *person); /* empty: unknown */
