/* SPDX-License-Identifier: MIT
 * An encrypted connection between two nodes: Noise handshake with proof of the device key, frames, keep-alive.
 *   HANDSHAKE --workspace key--> GREETING --HELLO--> OPEN
 *             --psk of an invite--> INVITING (the inviter) or JOINING (the joiner)
 * Wire: PROTOCOL.md, "Links". */
#pragma once
#include "core/state.h"

void link_up(struct node *node, const struct event *event);   /* a connection stands */
void link_down(struct node *node, const struct event *event); /* it is gone; or a dial failed */
void link_bytes(struct node *node, const struct event *event);
/* PROOF came, of the side that accepted: the link is GREETING from now on, or to be closed. */
MUST_USE enum error link_proof(struct node *node, struct link *link, struct bytes proof);
void link_time(struct node *node, struct link *link); /* timeouts and keep-alive; may close */

struct link *link_find(const struct node *node, uint64_t id);
/* Queues a message on the link for the end of this step, held until batch `after` is durable. */
void link_send(struct node *node, struct link *link, const struct wire_message *message, uint64_t after);
void link_flush_all(struct node *node); /* end of the step */
/* Says BYE with the reason, where the other end has proved itself, closes, and frees the link at once: the caller
 * must not touch it again. */
void link_close(struct node *node, struct link *link, enum error reason);
void link_close_all(struct node *node, enum error reason);
/* The other device's link that stands and is open; NULL: none. */
struct link *link_to(const struct node *node, const struct sign_public *device);
/* When the peer was last heard (monotonic).  What is there of a frame that is still coming counts as well, though it
 * may be anybody's: the frame must come to its end in 20 s, and be the peer's then. */
uint64_t link_heard_ms(const struct link *link);
uint64_t link_peer_seq(const struct link *link, const struct log *log);
void link_set_peer_seq(struct link *link, const struct log *log, uint64_t seq);
/* The peer has an entry of a later version there, which cannot be taken: it is no source for that log any more. */
bool link_is_too_new(const struct link *link, const struct log *log);
void link_set_too_new(struct link *link, const struct log *log);
/* What HAVE told the peer of a log on this link. */
uint64_t link_told_seq(const struct link *link, const struct log *log);
void link_set_told_seq(struct link *link, const struct log *log, uint64_t seq);
