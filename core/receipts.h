/* SPDX-License-Identifier: MIT
 * Who has what durably.  Evidence: acknowledgements, HAVE rows and equal digests on own links. */
#pragma once
#include "state.h"

/* The peer has `log` durably up to `seq`. */
void receipts_note(struct node *node, struct link *link, struct log *log, uint64_t seq);
