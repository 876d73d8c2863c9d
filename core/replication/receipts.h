/* SPDX-License-Identifier: MIT
 * Who has what durably.  Evidence: acknowledgements, HAVE rows and equal digests on own links; and, without a link,
 * what somebody's accepted entries cite, since only what is durable is cited. */
#pragma once
#include "core/state.h"

/* The peer has `log` durably up to `seq`. */
void receipts_note(struct node *node, struct link *link, struct log *log, uint64_t seq);
/* An accepted entry of `by` cites `own` up to `seq`. */
void receipts_cited(struct node *node, struct log *by, struct log *own, uint64_t seq);

/* Evidence outlives the process: a row a device and own log, written at most once a second.  What a crash takes of it,
 * the next links bring again. */
MUST_USE enum error receipts_load(struct node *node);
void receipts_time(struct node *node);
void receipts_store(struct node *node, bool now); /* into this step's batch, if it is time, or `now` */
