/* SPDX-License-Identifier: MIT
 * Sending entries on a link: what was asked for, in batches that end at a signature this node has checked, within a
 * window of 4 MiB unacknowledged; and own new ones, live, within 256 KiB.  PROTOCOL.md, "Replication". */
#pragma once
#include "core/state.h"

/* WANT: queues the ranges; END says at once what is not here or not for this peer.  ERR_LIMIT: too much at once. */
MUST_USE enum error serve_want(struct node *node, struct link *link, const struct wire_message *message);
/* ACK: opens the window, and is evidence for receipts.  ERR_MALFORMED: acknowledges what was not sent. */
MUST_USE enum error serve_ack(struct node *node, struct link *link, const struct wire_message *message);
/* STOP: serves no more of a log; END says so. */
void serve_stop(struct node *node, struct link *link, const struct hash *id);
/* LOG, unless the peer was told on this link; and it was, but may not have been able to place the log. */
void serve_tell_log(struct node *node, struct link *link, const struct log *log);
void serve_forget_log(struct link *link, const struct log *log);
/* Own entries became durable: those that the window held back may follow. */
void serve_durable(struct node *node);
/* End of a step: its own new entries to all linked members, held until its batch is durable. */
void serve_fresh(struct node *node);
