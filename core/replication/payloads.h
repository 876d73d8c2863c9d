/* SPDX-License-Identifier: MIT
 * Bringing in the payloads that are missing (gaps.h): asked of every open link in turn, one at a time, and taken where
 * length and hash are those of the header; and answering who asks.  Who was asked in vain tells when some have come.
 * So nothing is said as long as nobody has them.  PROTOCOL.md, "Missing payloads". */
#pragma once
#include "core/state.h"

/* At the end of each step: asks, leaves those that do not answer, and tells of news. */
void payloads_schedule(struct node *node);
/* It has entries that it was not known to have, of a log that lacks payloads. */
void payloads_peer_has(struct link *link);
/* Who may read a group has changed: who was passed over may be asked, and who was refused be told. */
void payloads_readers_changed(struct node *node);
void payloads_link_gone(struct node *node, const struct link *link);

/* WANTP.  Never fails on what is not here, or not for this peer: the answer is empty. */
void payloads_wanted(struct node *node, struct link *link, const struct wire_message *message);
/* PAYLOADS.  ERR_MALFORMED: another payload than the entry's. */
MUST_USE enum error payloads_came(struct node *node, struct link *link, const struct wire_message *message);
