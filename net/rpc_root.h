/* SPDX-License-Identifier: MIT
 * Methods about the root key of the workspace. */
#pragma once
#include "rpc_methods.h"

void rpc_root_export(struct rpc_call *call, struct buffer *out);
void rpc_root_recover(struct rpc_call *call, struct command *ret);
void rpc_root_hand_over(struct rpc_call *call, struct command *ret);
void rpc_root_groups(struct rpc_call *call, struct command *ret);
void rpc_root_groups_opened(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                            struct buffer *out);
void rpc_root_enter(struct rpc_call *call, struct command *ret);
void rpc_root_take_over(struct rpc_call *call, struct command *ret);
void rpc_root_shared(struct rpc_call *call, struct command *ret);
void rpc_root_seen(struct rpc_call *call, struct command *ret);

/* A passphrase to keep the root key under: an optional param. */
void rpc_root_read_passphrase(struct rpc_call *call, const char *key, struct command *ret);
/* Appends the member "root": null where the key is not on this device. */
void rpc_root_emit(struct node *node, struct buffer *out);
