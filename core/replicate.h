/* SPDX-License-Identifier: MIT
 * Finding out what the other has and fetching what is missing: digests, HAVE, WANT, serving, acknowledgements, the
 * live push.  PROTOCOL.md, "Replication". */
#pragma once
#include "state.h"

/* BLAKE2b-256 over (group ‖ digest) of all groups, by ascending group. */
void replicate_digest_all(struct node *node, struct hash *ret);
void replicate_hello(struct node *node, struct link *link, const struct hash *digest);
MUST_USE enum error replicate_digests(struct node *node, struct link *link, struct bytes rows);
MUST_USE enum error replicate_have(struct node *node, struct link *link, const struct wire_message *message);
MUST_USE enum error replicate_want(struct node *node, struct link *link, const struct wire_message *message);
MUST_USE enum error replicate_end(struct node *node, struct link *link, const struct wire_message *message);
MUST_USE enum error replicate_ack(struct node *node, struct link *link, const struct wire_message *message);

/* At the end of an EVENT_BYTES: ACK for the ENTRIES that came in it, held until they are durable. */
void replicate_acknowledge(struct node *node, struct link *link);
/* End of the step: own new entries to all linked members; WANTs for what is missing. */
void replicate_push_fresh(struct node *node);
void replicate_schedule(struct node *node);
/* Every second: a digest to up to three links; sources that owe us something and say nothing are left. */
void replicate_time(struct node *node);
void replicate_link_gone(struct node *node, struct link *link);
