/* SPDX-License-Identifier: MIT
 * What the files of presence.h share: presence.c keeps the table, with what links and time say; presence_news.c tells
 * others, and takes what they tell.  Nobody else includes this. */
#pragma once
#include "presence.h"

struct presence *presence_get(struct node *node, const struct sign_public *device); /* NULL: itself, or no room */
void presence_set(struct node *node, struct presence *presence, enum presence_state state, uint64_t incarnation);
void presence_learn_address(struct node *node, struct presence *presence, const struct address *address);

/* Its state goes to all links but that of `teller` (0: to all). */
void presence_tell(struct node *node, struct presence *presence, uint64_t teller);
void presence_tell_news(struct node *node);
void presence_tell_table(struct node *node, struct link *link, uint64_t flags);
bool presence_compare(struct node *node, struct link *link); /* false: the other end is no member */
