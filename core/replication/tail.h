/* SPDX-License-Identifier: MIT
 * TAIL: who lacks much of a group's content asks one peer for the newest messages first, and shows them while the
 * history is still coming (early.h).  Wire: PROTOCOL.md, "Tail". */
#pragma once
#include "core/state.h"

/* Asks, if much is missing and nobody was asked yet.  Before the content itself is wanted. */
void tail_ask(struct node *node, struct group *group);
/* A TAIL of the peer: without items it asks, with items it answers. */
MUST_USE enum error tail_message(struct node *node, struct link *link, const struct wire_message *message);
void tail_link_gone(struct node *node, const struct link *link);
