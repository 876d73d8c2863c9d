/* SPDX-License-Identifier: MIT
 * Puts a node together, and is the only place that does: store (LMDB), core (the node), runtime (sockets), discovery
 * (mDNS) and the local API on one libuv loop.
 *
 *     store_open (and unlock) → runtime_listen → node_new → discovery_start → rpc_open → runtime_start → ready
 *     a signal or node.stop → rpc_close, discovery_stop, runtime_stop → the loop is empty → node_free, store_close */
#pragma once
#include "core/node.h"

#define ASSEMBLE_PEERS_MAX 64

struct passphrase;

struct assemble_options {
    const char *home;
    const struct address *listen; /* NULL: any address, at the port of the last time if that is free */
    struct address peers[ASSEMBLE_PEERS_MAX];
    size_t peer_count;
    bool mdns;
    struct passphrase *passphrase; /* of a home that has one; wiped when it is open; NULL: it stays locked */
    void *arg;
    /* Once, when everything serves: "ADDR:PORT". */
    void (*ready)(void *arg, const char *address);
    /* A line for the node's log, without line break; printable. */
    void (*log)(void *arg, const char *text);
};

/* What was being done when it failed, for a sentence. */
enum assemble_part { ASSEMBLE_STORE, ASSEMBLE_LISTEN, ASSEMBLE_SOCKET };

/* Runs the node until it is told to stop.  The errors of store_open(), runtime_listen() and rpc_open(). */
MUST_USE enum error assemble_run(const struct assemble_options *options, enum assemble_part *ret_failed);
