/* SPDX-License-Identifier: MIT
 * The conversation inside a link: who says what in which state.
 *   GREETING --HELLO--> OPEN: digests, HAVE, WANT, LOG, ENTRIES, END, ACK, ADDRESSES, PING
 *   INVITING: JOIN;  JOINING: INVITED, WELCOME;  any state: BYE */
#pragma once
#include "core/state.h"

void session_greet(struct node *node, struct link *link); /* sends HELLO */
/* Late in a step: who was removed from the workspace in it is told so, behind what he was sent, and left. */
void session_leave_removed(struct node *node);
/* One message of the peer.  Any error closes the link, and its reason is told; ERR_CLOSED closes it silently. */
MUST_USE enum error session_message(struct node *node, struct link *link, const struct wire_message *message);
