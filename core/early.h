/* SPDX-License-Identifier: MIT
 * Messages shown before their history: entries of a group that came ahead of the chain, each verified by its own
 * signature, held in RAM only.  They stand in no clock, view or export, and go when the chain has brought them. */
#pragma once
#include "state.h"

/* Keeps a content entry of a named log, if it is ahead of the chain and validly signed.  At most EARLY_ENTRIES_MAX and
 * EARLY_BYTES_MAX a group: the newest stay.  True when it is held now and was not before. */
bool early_keep(struct node *node, struct log *log, const struct entry *entry, struct bytes wire);

/* True when the order view shows it by now. */
bool early_is_reached(const struct node *node, const struct early_entry *held);
const struct early_entry *early_find(const struct log *log, uint64_t seq); /* NULL: not held */

void early_time(struct node *node); /* forgets those that are reached */
void early_done(struct early *early);
