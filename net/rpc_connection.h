/* SPDX-License-Identifier: MIT
 * One client: its lines come in, its answers and events go out.  Bounded both ways:
 *
 *     READING --too much owed or unsent--> HELD --answered, taken--> READING
 *        \--end of input, or a line too long--> ENDED --all answered and taken--> closed;  any fault --> closed
 *
 * What a turn of the loop produces is gathered in `out` and handed over at once by rpc_connection_turn(). */
#pragma once
#include "core/base/bytes.h"
#include "rpc.h"

#define RPC_OWED_MAX (1u << 20)    /* bytes of requests that are carried out and not answered yet */
#define RPC_CHUNK_SIZE (16u << 10) /* read from a client in one turn */

/* What a client wants to be told (rpc_events.h). */
struct rpc_subscription {
    bool active;
    bool behind;    /* there may be more to tell than was told */
    unsigned types; /* bits */
    uint64_t after; /* arrival number told last */
};

struct rpc_connection {
    uv_pipe_t pipe; /* first: the handle is the connection */
    struct rpc *rpc;
    uint64_t serial; /* never 0, never given twice */
    struct buffer in;
    bool line_left; /* `in` may hold a line that was not taken because the client was held */
    bool ended;     /* no line will be taken any more */
    bool closing;
    size_t owed;
    struct buffer out;
    struct buffer flight; /* what `write` holds */
    uv_write_t write;
    bool writing;
    size_t queued_seen; /* the loop's write queue when last looked at … */
    uint64_t taken_ms;  /* … and when the client last took something from it, in loop time */
    struct rpc_subscription subscription;
};

/* Takes over a client that waits at `listener`.  ERR_NETWORK: it is gone, or another user's; all is cleaned up. */
MUST_USE enum error rpc_connection_accept(struct rpc *rpc, uv_pipe_t *listener, uint64_t serial,
                                          struct rpc_connection **ret);

/* Bytes that the client has not taken yet. */
size_t rpc_connection_unsent(const struct rpc_connection *connection);

/* No more lines: it is closed as soon as all is answered and taken. */
void rpc_connection_end(struct rpc_connection *connection);

/* Hands over what is gathered, goes on reading where that was held, closes what has come to its end.  True: there is
 * more to do at once. */
bool rpc_connection_turn(struct rpc_connection *connection);
void rpc_connection_flush(struct rpc_connection *connection); /* the first of these only */

/* Closes at once; the memory goes in the loop's close callback, after rpc_state_forget(). */
void rpc_connection_close(struct rpc_connection *connection);
