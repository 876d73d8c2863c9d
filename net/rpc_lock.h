/* SPDX-License-Identifier: MIT
 * Methods about the lock of the home: the passphrase, and the keys that it keeps from memory. */
#pragma once
#include "rpc_methods.h"

void rpc_lock_lock(struct rpc_call *call, struct command *ret);
void rpc_lock_unlock(struct rpc_call *call, struct command *ret);
void rpc_lock_set(struct rpc_call *call, struct buffer *out);
void rpc_lock_remove(struct rpc_call *call, struct buffer *out);

/* Appends the members "locked" and "passphrase". */
void rpc_lock_emit(struct rpc *rpc, struct buffer *out);
