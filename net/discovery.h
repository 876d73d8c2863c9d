/* SPDX-License-Identifier: MIT
 * Finds peers on the local network through mDNS (DNS-SD service "_zuruf._tcp"), out of process: mDNS packets and D-Bus
 * answers are parsed by the program zuruf-discover, which holds no key and may crash, freeze or be fed lies.  This side
 * starts it with a socketpair, speaks CBOR with it (discovery_wire.h), distrusts what it says, and starts it again
 * whenever it dies, breaks the protocol or falls silent.
 *
 *     starting --spawned--> running --exit, bad frame, three pings unanswered--> waiting 0.2 s … 30 s --> starting
 *
 * What is reported is a hint: anyone on the network can write it.  A peer is told once for each of its addresses and
 * again when its beacon changes; own announcements are never told; `gone` may come late, wrongly, or never. */
#pragma once
#include "core/error.h"
#include "core/node.h"
#include <uv.h>

struct discovery;

struct discovery_options {
    uv_loop_t *loop; /* all calls and callbacks on its thread; it must outlive the discovery */
    const char
        *helper;      /* path of zuruf-discover; NULL: $ZURUF_LIBEXEC, beside the running program, then as installed */
    unsigned ping_ms; /* 0: 5000; three unanswered pings in a row make the helper count as frozen */
    void *arg;
    /* What the three are given lives for the call only. */
    void (*seen)(void *arg, struct bytes instance, const struct address *address, const struct beacon *beacon);
    void (*gone)(void *arg, struct bytes instance);
    void (*log)(void *arg, const char *text); /* one line, printable */
};

/* Copies `options` (and the path in it).  ERR_NOT_FOUND: there is no such program; the caller goes on without mDNS. */
MUST_USE enum error discovery_start(const struct discovery_options *options, struct discovery **ret_discovery);

/* Publishes `beacon` for `port`, in place of an earlier one, until stopped; a restarted helper is told again.
 * `again`: withdraw and publish anew even if nothing changed, since mDNS does not notice a mended network. */
void discovery_announce(struct discovery *discovery, const struct beacon *beacon, uint16_t port, bool again);

/* Withdraws the announcement and ends the helper, by force after a second.  No callback comes after this call but
 * `stopped` (may be NULL), once, on the loop, with the options' arg, when everything is freed. */
void discovery_stop(struct discovery *discovery, void (*stopped)(void *arg));
