/* SPDX-License-Identifier: MIT
 * The local API's methods that make and change groups.  API.md, "Methods". */
#pragma once
#include "rpc_call.h"
#include "rpc_pending.h"

void rpc_group_commands_create(struct rpc_call *call, struct command *ret);
void rpc_group_commands_created(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                                struct buffer *out);
void rpc_group_commands_add(struct rpc_call *call, struct command *ret);
void rpc_group_commands_rename(struct rpc_call *call, struct command *ret);
void rpc_group_commands_remove(struct rpc_call *call, struct command *ret);
void rpc_group_commands_role(struct rpc_call *call, struct command *ret);
void rpc_group_commands_leave(struct rpc_call *call, struct command *ret);
void rpc_group_commands_left(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                             struct buffer *out);
void rpc_group_commands_accept(struct rpc_call *call, struct command *ret);
void rpc_group_commands_decline(struct rpc_call *call, struct command *ret);
