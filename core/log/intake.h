/* SPDX-License-Identifier: MIT
 * Taking entries from a link: the one acceptance rule, for live and bulk.  An entry is accepted when all before it in
 * its log are, the chain of hashes holds, and some later one close enough (255 entries, 256 KiB) is validly signed.
 * So a batch costs one signature check a log, and a hash an entry.  PROTOCOL.md, "Acceptance". */
#pragma once
#include "core/state.h"

#define BATCH_ENTRIES 256u
#define BATCH_BYTES (256u << 10)

void intake_done(struct intake *intake);

/* LOG: what the peer calls a log on this link. */
MUST_USE enum error intake_log(struct node *node, struct link *link, const struct wire_message *message);
/* The log that the peer calls so on this link; NULL: not one that is taken here. */
struct log *intake_log_of(const struct link *link, uint32_t number);
/* At most 256 entries and 256 KiB, and one entry more, until the signature that vouches for them comes.
 * ENTRIES: checks form, chain and payload hashes and keeps them; the flag LAST of a bulk batch finishes it. */
MUST_USE enum error intake_entries(struct node *node, struct link *link, const struct wire_message *message);
/* Verifies the last signature of each log at hand and accepts what hangs on it.  Nothing of it was stored or forwarded
 * before, nor shown, but for what unproven.h tells.  ERR_BAD_SIGNATURE: what verified singly was accepted, the rest
 * dropped. */
MUST_USE enum error intake_finish(struct node *node, struct link *link);
/* How far `log` is here, with what has come on this link and is not accepted yet. */
uint64_t intake_reached(const struct link *link, const struct log *log);
/* At the end of an EVENT_BYTES: ACK for the ENTRIES that came in it, held until they are durable. */
void intake_acknowledge(struct node *node, struct link *link);
