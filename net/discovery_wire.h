/* SPDX-License-Identifier: MIT
 * What the node and zuruf-discover say to each other over their socketpair: frames of a big-endian u16 length and one
 * CBOR array whose first item is the type.
 *
 *     1 ANNOUNCE port salt(8) tag(0 or 8) invites(n × 8) again      node → helper; replaces the earlier one
 *     2 PING                                                        node → helper
 *     3 SEEN instance ip(16) port scope salt(8) tag invites         helper → node
 *     4 GONE instance                                               helper → node
 *     5 LOG text                                                    helper → node
 *     6 PONG                                                        helper → node */
#pragma once
#include "core/base/bytes.h"
#include "core/error.h"
#include "core/node.h"

#define DISCOVERY_INSTANCE_MAX 63 /* a DNS label: RFC 1035 §2.3.4 */
#define DISCOVERY_LOG_MAX 400
#define DISCOVERY_FRAME_MAX 512

enum discovery_type {
    DISCOVERY_ANNOUNCE = 1,
    DISCOVERY_PING = 2,
    DISCOVERY_SEEN = 3,
    DISCOVERY_GONE = 4,
    DISCOVERY_LOG = 5,
    DISCOVERY_PONG = 6,
};

struct discovery_message {
    enum discovery_type type;
    struct address address; /* SEEN; ANNOUNCE: its port only */
    struct beacon beacon;   /* ANNOUNCE, SEEN */
    bool again;             /* ANNOUNCE */
    struct bytes instance;  /* SEEN, GONE: 1 … DISCOVERY_INSTANCE_MAX bytes, any; borrowed */
    struct bytes text;      /* LOG: UTF-8, ≤ DISCOVERY_LOG_MAX; borrowed */
};

/* Appends `message` as one frame. */
void discovery_encode(struct buffer *out, const struct discovery_message *message);

/* Takes the first frame off the front of `in`, which the views in ret_message point into.  ERR_MALFORMED: not a
 * message; ERR_NOT_FOUND: the frame is not complete yet.  Else *ret_used is what to cut off before the next call. */
MUST_USE enum error discovery_decode(struct bytes in, struct discovery_message *ret_message, size_t *ret_used);
