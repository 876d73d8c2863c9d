/* SPDX-License-Identifier: MIT
 * Which stored entries lack their payload: an entry proves itself and its place without it, so it is accepted when it
 * comes stripped, and what is missing is remembered, across restarts too, until some peer has brought it (payloads.h).
 * Held as ranges: those of a relay that strips all it passes on are few.
 *
 * Local rows: "payload/" ‖ u32 log number ‖ u64 from → u64 to ‖ u64 count. */
#pragma once
#include "core/state.h"

MUST_USE enum error gaps_load(struct node *node);
void gaps_forget(struct node *node); /* what storage can give back */

/* Entry `seq`, the newest of `log`, was accepted without its payload. */
void gaps_note(struct node *node, struct log *log, uint64_t seq);
/* NULL: it is not missing.  Else it may be: a range can hold some that are here. */
struct gap *gaps_find(const struct node *node, const struct log *log, uint64_t seq);
/* The payload of `seq`, which was missing, has come. */
void gaps_fill(struct node *node, struct gap *gap, uint64_t seq);
/* What `log` had beyond rest->row.base_seq lies in its branch `rest` now. */
void gaps_divide(struct node *node, struct log *log, struct log *rest);
/* Puts the rows that changed in this step into the batch; drops empty ranges, so that pointers to gaps die. */
void gaps_flush(struct node *node);
