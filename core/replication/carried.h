/* SPDX-License-Identifier: MIT
 * How much this node keeps of the groups that it carries, and how much of it its owner allows.  Of those groups'
 * governance all is taken; of their content no more than the quota.  What was taken stays.
 *
 * Local rows: "carried/" ‖ u32 group number → u64 bytes of content; "quota" → u64 bytes. */
#pragma once
#include "core/state.h"

#define QUOTA_NONE UINT64_MAX

/* So many bytes of content of the group were accepted, or came for an entry that lacked them. */
void carried_note(struct group *group, size_t size);
/* Whether content of the group is taken, with so many bytes at hand that were not accepted yet. */
bool carried_takes(const struct node *node, const struct group *group, size_t at_hand);
/* Whether this node carries any group, and may not take more of it. */
bool carried_is_full(const struct node *node);
uint64_t carried_total(const struct node *node);
size_t carried_groups(const struct node *node);

/* Members changed: it may carry the group from now on, or no longer. */
void carried_judge(struct node *node, struct group *group);
void carried_set_quota(struct node *node, uint64_t bytes); /* QUOTA_NONE: as much as the disk holds */
void carried_flush(struct node *node);                     /* the rows that changed in this step, into the batch */

MUST_USE enum error carried_load(struct node *node); /* after the groups */
void carried_forget(struct node *node);
