/* SPDX-License-Identifier: MIT
 * Removing people and devices: the REMOVE, with the cut as this node has their logs, and at once the EPOCH that leaves
 * them out, in one batch.  Who is removed from the workspace is removed, in the same batch, from each group that this
 * device administers; in others their members do it.  PROTOCOL.md, "Group keys". */
#pragma once
#include "core/state.h"

/* All current devices of a person, which are told of it.  ERR_NOT_FOUND: none is a member; ERR_NOT_PERMITTED: this
 * device is no admin there, or the chat is one of two; ERR_NEEDS_NEWER; ERR_NO_ROOT: an admin of the group, whose grant
 * only a root can revoke. On errors nothing is written. */
MUST_USE enum error removal_person(struct node *node, struct group *group, const struct person_id *person);
/* One device of somebody's.  Errors likewise; ERR_USAGE: it is this one. */
MUST_USE enum error removal_device(struct node *node, struct group *group, const struct sign_public *device);
/* Another device of this person's, in the workspace and in all groups: one that LINKs join to this one; or, as by
 * removal_device(), where this device is an admin.  ERR_NOT_FOUND: this person has no such device; other errors
 * likewise. */
MUST_USE enum error removal_own_device(struct node *node, const struct sign_public *device);
/* COMMAND_DEVICE_REVOKE: that, with the reply. */
void removal_command(struct node *node, const struct command *command);
/* Removes from a group whom the workspace has removed, so that they stay out should they be let into the workspace
 * again, and makes a new key; any full member may. */
void removal_follow_workspace(struct node *node, struct group *group);
/* This device leaves a group, and before it (`with_others`) all devices of its person that it may remove; whoever
 * writes there next makes a new key.  ERR_NOT_FOUND: it is no member. */
MUST_USE enum error removal_leave(struct node *node, struct group *group, bool with_others);
