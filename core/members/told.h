/* SPDX-License-Identifier: MIT
 * What content tells of people and groups: names, titles, who is invited, what computers are called.  It is a function
 * of the entries that count: of each matter holds what the last in order says of those that lie within their author's
 * cut and are by somebody who may.  So all of a group is read again when an author's standing or cut changes. */
#pragma once
#include "core/state.h"

/* A PROFILE, TITLE, INVITEE or LABEL was opened, for the first time. */
void told_note(struct node *node, struct log *log, const struct entry *entry, struct bytes plain);
/* Members or cuts may have changed. */
void told_settle(struct node *node, struct group *group);
/* What `from` holds beyond to->row.base_seq lies in `to` from now on. */
void told_divide(struct node *node, struct log *from, struct log *to);

MUST_USE enum error told_load(struct node *node); /* after the logs */
void told_begin(struct group *group);             /* after the rosters and cuts: as it was judged before */
void told_forget(struct group *group);
