/* SPDX-License-Identifier: MIT
 * What somebody has to do about the keys of a group, and one suffices: giving the key to members who missed it, a new
 * key when one was used for long, the group's own REMOVE of whom the workspace has removed.  The full member with the
 * smallest device key who is there does it after some seconds, others later if it is still to be done.  PROTOCOL.md,
 * "Custody". */
#pragma once
#include "core/state.h"

#define CUSTODY_ENTRIES_MAX (1u << 20) /* under one key */

void custody_settle(struct node *node); /* once a step, behind groups_settle() */
void custody_time(struct node *node);
/* A content entry was accepted. */
void custody_count(struct node *node, struct group *group, const struct entry *entry);
MUST_USE enum error custody_load(struct node *node); /* after the groups */
