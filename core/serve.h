/* SPDX-License-Identifier: MIT
 * Sending entries on a link: what was asked for, in batches that end at a signature this node has checked, within a
 * window of unacknowledged bytes; and live ones. */
#pragma once
#include "state.h"

#define SERVE_BULK_WINDOW (4u << 20)
#define SERVE_LIVE_WINDOW (256u << 10)

/* Queues a range; `log` NULL: not here or not for this peer, which END says.  ERR_LIMIT: asked for too much at once. */
MUST_USE enum error serve_add(struct node *node, struct link *link, struct log *log, const struct hash *id,
                              uint64_t from, uint64_t to);
/* Sends until the window is full or nothing is left. */
MUST_USE enum error serve_pump(struct node *node, struct link *link);
/* One new own entry, held until this step's batch is durable.  False: too much is unacknowledged. */
bool serve_live(struct node *node, struct link *link, struct log *log, uint64_t seq, struct bytes wire);
/* Takes the oldest unacknowledged ENTRIES message as acknowledged. */
struct sent_entries serve_acknowledged(struct link *link);
