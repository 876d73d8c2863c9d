/* SPDX-License-Identifier: MIT
 * The server's state, shared by the rpc_*.c files. */
#pragma once
#include "core/crypto.h"
#include "rpc_connection.h"
#include "rpc_pending.h"

enum rpc_stop { RPC_STOP_NONE, RPC_STOP_WANTED, RPC_STOP_TOLD };

struct rpc {
    struct rpc_options options;
    uv_pipe_t listener;
    uv_prepare_t turn;     /* runs before the loop waits: gathers and hands over what the turn produced */
    uv_idle_t again;       /* runs while there is more to do at once */
    uv_timer_t slow;       /* looks again at subscribers that take nothing */
    unsigned open_handles; /* of the four above */
    struct rpc_connection *connections[RPC_CONNECTIONS_MAX]; /* NULL: free */
    unsigned open_connections; /* also those that were one too many and are still closing */
    uint64_t serials;
    struct rpc_pending_table pending;
    struct buffer scratch; /* an event, a page: filled and used within one call */
    char chunk[RPC_CHUNK_SIZE];
    enum rpc_stop stop;
    bool closing;
    void (*closed)(void *arg);
    void *closed_arg;

    uint32_t known_group; /* the group asked about last, and its id: both never change */
    struct hash known_group_id;
    uint32_t known_log; /* likewise the log of the own message told last */
    struct hash known_log_id;
};

/* NULL: that client is gone. */
struct rpc_connection *rpc_state_connection(const struct rpc *rpc, uint64_t serial);
/* The connection's memory is about to go. */
void rpc_state_forget(struct rpc *rpc, const struct rpc_connection *connection);
/* A turn of questions is over. */
void rpc_state_read_done(const struct rpc *rpc);
