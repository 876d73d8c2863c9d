/* SPDX-License-Identifier: MIT
 * The table of methods: a row per row of API.md. */
#pragma once
#include "rpc_call.h"
#include "rpc_pending.h"

/* Either `ask` is set, or the other two.  All read their params first, a fault goes to call->failure, and results are
 * members appended to `out`, inside an object that the caller opened. */
struct rpc_method {
    const char *name;
    /* Answers at once. */
    void (*ask)(struct rpc_call *call, struct buffer *out);
    /* Fills in a command, which may borrow from the params, … */
    void (*prepare)(struct rpc_call *call, struct command *ret);
    /* … and tells its result when the node has replied without error. */
    void (*answer)(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply, struct buffer *out);
};

const struct rpc_method *rpc_methods_find(const char *name); /* NULL: there is none */
/* Also while the home is locked, when all others are refused (ERR_LOCKED). */
bool rpc_methods_serves_locked(const struct rpc_method *method);
