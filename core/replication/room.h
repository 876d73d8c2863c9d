/* SPDX-License-Identifier: MIT
 * Who takes content and who has no room for it: this node tells, and is told.  So nobody sends what would be refused,
 * and people see why a message is not stored there.  PROTOCOL.md, "Replication", ROOM. */
#pragma once
#include "core/state.h"

/* A link stands: the other end is told whether there is room here. */
void room_link_open(struct node *node, struct link *link);
/* ROOM. */
void room_told(struct node *node, struct link *link, uint64_t state);
/* Whether the other end takes live entries of the log, as far as it has said. */
bool room_is_there(const struct log *log, const struct link *link);
/* Once a step: tells all when that has changed here, and asks for content only where it is taken. */
void room_settle(struct node *node);
