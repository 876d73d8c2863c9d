/* SPDX-License-Identifier: MIT
 * Reads along on the wire.  Of a node it has nothing but the key under which a link's frames are sealed; what it checks
 * is what left the node:
 *   - no entry that is not durable on the sender's disk, its own ones above all;
 *   - no HAVE or ANNOUNCE row of an entry that is not;
 *   - no ACK, without refusal, of an entry that is not on the disk of who acknowledges.
 * And it counts the bytes of entries and payloads, as they stand in ENTRIES, TAIL and PAYLOADS. */
#pragma once
#include "cable.h"

/* What one end of a cable sends. */
struct tap;

void tap_free(struct tap *tap); /* NULL is fine */
/* After a step in which something came on that link: its key, if the handshake is done. */
void tap_learn_key(struct host *host, uint64_t link);
/* What was sent to a host and it has not acknowledged is lost: its disk has failed, or its power. */
void tap_lose(struct host *host);
/* `side` puts these bytes on the wire. */
void tap_bytes(struct cable *cable, int side, struct bytes bytes);
