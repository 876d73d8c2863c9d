/* SPDX-License-Identifier: MIT
 * Who takes himself for a member of a group and is none: an older copy of a disk does not know that its owner has left,
 * and of who was let in by somebody removed meanwhile the others never hear.  He is given what he needs to see it,
 * entries of kind 0, and nothing that came later.  PROTOCOL.md, "Replication". */
#pragma once
#include "core/state.h"

/* Appends rows of HAVE: up to where the device at the other end is given which log.  None: it is in, or nothing there
 * speaks of it. */
void outsiders_rows(const struct node *node, const struct group *group, const struct link *link, struct buffer *out);
/* By such rows; 0: nothing of that log. */
uint64_t outsiders_limit(struct bytes rows, const struct log *log);
