/* SPDX-License-Identifier: MIT
 * Calls that became commands and wait for the node's reply, by the command's id. */
#pragma once
#include "core/node.h"

#define RPC_PENDING_SLOTS 1024 /* a power of two */

struct rpc_method;

struct rpc_pending {
    struct rpc_pending *next;
    uint64_t command;
    const struct rpc_method *method;
    uint64_t connection; /* serial of the client that waits; it may be gone by now */
    size_t owed;         /* bytes of its request */
    enum role role;      /* what invite.create asked for */
    char id[];           /* of the request, as JSON; empty: a notification, which nobody waits for */
};

struct rpc_pending_table {
    struct rpc_pending *slots[RPC_PENDING_SLOTS]; /* ids are consecutive, so their low bits spread them evenly */
};

/* Copies `id`; the table owns what it returns until rpc_pending_take(). */
struct rpc_pending *rpc_pending_add(struct rpc_pending_table *table, uint64_t command, const char *id);
/* The caller free()s it.  NULL: not a command of ours. */
struct rpc_pending *rpc_pending_take(struct rpc_pending_table *table, uint64_t command);
/* Any one, or NULL: for the end. */
struct rpc_pending *rpc_pending_take_any(struct rpc_pending_table *table);
