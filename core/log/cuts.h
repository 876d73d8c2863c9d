/* SPDX-License-Identifier: MIT
 * How far content logs count: up to the cuts of the removals of their authors.  What lies beyond stays here, but is
 * neither shown, told nor asked for.  PROTOCOL.md, "Governance". */
#pragma once
#include "core/state.h"

/* How many entries beyond its author's cut are taken of one log. */
#define BEYOND_CUT_MAX 1000u

/* Judges one content log anew; true when it counts to another place than before. */
bool cuts_judge(struct node *node, struct log *log);
/* All of a group, if something has changed that they hang on. */
void cuts_settle(struct node *node, struct group *group);
/* Whether entry `seq` of the log lies within. */
static inline bool cuts_cover(const struct log *log, uint64_t seq)
{
    return seq <= log->cut_seq;
}
