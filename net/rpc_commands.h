/* SPDX-License-Identifier: MIT
 * Methods that change something: from params to a command, from the node's reply to a result. */
#pragma once
#include "rpc_methods.h"

void rpc_commands_identity(struct rpc_call *call, struct command *ret);
void rpc_commands_workspace(struct rpc_call *call, struct command *ret);
void rpc_commands_join(struct rpc_call *call, struct command *ret);
void rpc_commands_join_as_device(struct rpc_call *call, struct command *ret);
void rpc_commands_invite(struct rpc_call *call, struct command *ret);
void rpc_commands_link_device(struct rpc_call *call, struct command *ret);
void rpc_commands_name_device(struct rpc_call *call, struct command *ret);
void rpc_commands_revoke_device(struct rpc_call *call, struct command *ret);
void rpc_commands_send(struct rpc_call *call, struct command *ret);
void rpc_commands_verify(struct rpc_call *call, struct command *ret);
void rpc_commands_distrust(struct rpc_call *call, struct command *ret);
void rpc_commands_peer_add(struct rpc_call *call, struct command *ret);
void rpc_commands_peer_remove(struct rpc_call *call, struct command *ret);

void rpc_commands_done(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                       struct buffer *out); /* no result but that it is so */
void rpc_commands_identity_created(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                                   struct buffer *out);
void rpc_commands_joined(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                         struct buffer *out);
void rpc_commands_invited(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                          struct buffer *out);
void rpc_commands_device_linked(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                                struct buffer *out);
void rpc_commands_sent(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                       struct buffer *out);

/* Ends the node, so it is no command to it; the owner of the server is told after the answer. */
void rpc_commands_stop(struct rpc_call *call, struct buffer *out);
