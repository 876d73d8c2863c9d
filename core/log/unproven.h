/* SPDX-License-Identifier: MIT
 * Live messages whose signature is checked a little later.  What an author says on his own link needs no signature to
 * be believed: the handshake proved whose link it is.  It needs one to be proven to others, and so before it is stored,
 * acknowledged or passed on.  Where many write at once, checking each costs more than all else together; since a
 * signature vouches for all before it in its log, one check then serves what came within 100 ms.
 *
 * Until then it lies in the intake of its link (intake.h): shown early, but in no list, clock, order or export.  If its
 * signature fails, it goes with the link.  PROTOCOL.md, "Acceptance". */
#pragma once
#include "core/state.h"

/* Live entries came on `link`: how thick they come decides whether any may wait. */
void unproven_note(struct node *node, struct link *link, size_t entries);
/* At the end of an EVENT_BYTES, with a whole batch at hand: true when all of it may wait, and is told meanwhile. */
bool unproven_waits(struct node *node, struct link *link);
/* What waits, under its number in its log.  False: nothing does.  The bytes die with the step. */
bool unproven_find(const struct node *node, const struct log *log, uint64_t seq, struct bytes *ret_wire);

/* Checks what waits on `link` now; it closes if that fails. */
void unproven_settle(struct node *node, struct link *link);
/* The connection is gone: what waits on it is checked and kept. */
void unproven_down(struct node *node, struct link *link);
/* Before somebody answers that message. */
void unproven_settle_log(struct node *node, const struct log *log, uint64_t seq);
void unproven_time(struct node *node);
