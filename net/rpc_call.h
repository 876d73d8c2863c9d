/* SPDX-License-Identifier: MIT
 * A call from its line to its answer: parsed, looked up in the table of methods, then either answered at once or
 * turned into a command for the node and answered when the node replies. */
#pragma once
#include "rpc_connection.h"
#include "rpc_params.h"

struct rpc_call {
    struct rpc *rpc;
    struct rpc_connection *connection;
    struct rpc_params params;
    struct rpc_failure failure;
};

/* A line without its line feed, at most RPC_LINE_MAX.  Blank ones are passed over. */
void rpc_call_line(struct rpc_connection *connection, struct bytes line);

/* A line was longer than RPC_LINE_MAX: says so, and ends the connection, for where the next one begins is unknown. */
void rpc_call_refuse_line(struct rpc_connection *connection);
/* There are RPC_CONNECTIONS_MAX already: says so. */
void rpc_call_refuse_client(struct rpc_connection *connection);

void rpc_call_reply(struct rpc *rpc, const struct effect *reply);
/* Answers everything that waits with ERR_SHUTTING_DOWN. */
void rpc_call_abandon_all(struct rpc *rpc);
