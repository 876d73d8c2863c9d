/* SPDX-License-Identifier: MIT
 * What the files of link.h share: link.c has the set of links, frames and time; link_handshake.c comes before the
 * frames; link_counts.c is what each side has.  Nobody else includes this. */
#pragma once
#include "link.h"

#define HANDSHAKE_MESSAGE_MAX 512 /* of the other side, before it has proved anything */
#define REKEY_MS (60u * 60u * 1000u)

/* link.c: as it is, with its length before it. */
void link_send_raw(struct node *node, const struct link *link, struct bytes message);

/* link_handshake.c: the first message of the side that dialled; and what happens with one that came, after the last of
 * which the link is GREETING, INVITING or JOINING.  After an error close it. */
MUST_USE enum error link_handshake_begin(struct node *node, struct link *link, const struct secret_key *psk);
MUST_USE enum error link_handshake_frame(struct node *node, struct link *link, struct bytes message);
