/* SPDX-License-Identifier: MIT
 * Messages shown before their history: the newest entries of a group that the order view does not show yet, because
 * they came ahead of the chain, or because the view follows behind a catch-up.  Those without a chain are verified by
 * their own signature.  Held in RAM only, in no clock, view or export; they go when the view has them. */
#pragma once
#include "core/state.h"

/* A content entry came that may be ahead of its chain; `log` NULL: nobody knows yet whose it is.  It is kept if it is
 * validly signed and the order view does not show it: at most EARLY_ENTRIES_MAX and EARLY_BYTES_MAX a group, the newest
 * stay.  True when it is held now and was not before. */
bool early_keep(struct node *node, struct group *group, struct log *log, const struct entry *entry, struct bytes wire);
/* An entry of `log` was accepted: kept likewise, if it is among the newest and others are held early. */
void early_accepted(struct node *node, struct log *log, const struct entry *entry, struct bytes wire);

/* True when the order view shows it by now. */
bool early_is_reached(const struct node *node, const struct early_entry *held);
const struct early_entry *early_find(const struct log *log, uint64_t seq); /* NULL: not held */

void early_time(struct node *node); /* forgets those that are shown */
void early_done(struct early *early);
