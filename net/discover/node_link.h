/* SPDX-License-Identifier: MIT
 * The socketpair to the node: frames of discovery_wire.h.  Writing blocks while the node does not read: a node that
 * stands still needs no news. */
#pragma once
#include "core/base/bytes.h"
#include "net/discovery_wire.h"

struct node_link {
    int fd;
    struct buffer in;
    struct buffer out;
};

/* Takes over `fd`.  false: it is no stream socket. */
MUST_USE bool node_link_init(struct node_link *link, int fd);
void node_link_done(struct node_link *link);

void node_link_queue(struct node_link *link, const struct discovery_message *message);

/* Writes what is queued.  false: the node is gone. */
MUST_USE bool node_link_flush(struct node_link *link);

/* To be called when the socket is readable; hands each message to `handle`, whose false ends it.  false: the node is
 * gone, or speaks nonsense. */
MUST_USE bool node_link_receive(struct node_link *link,
                                bool (*handle)(void *arg, const struct discovery_message *message), void *arg);
