/* SPDX-License-Identifier: MIT
 * Methods that show the node as a whole: itself, its groups, people, peers and clocks. */
#pragma once
#include "core/node_query.h"
#include "rpc_call.h"

void rpc_overview_node(struct rpc_call *call, struct buffer *out);
void rpc_overview_persons(struct rpc_call *call, struct buffer *out);
void rpc_overview_devices(struct rpc_call *call, struct buffer *out);
void rpc_overview_sync(struct rpc_call *call, struct buffer *out);
void rpc_overview_peers(struct rpc_call *call, struct buffer *out);
void rpc_overview_clock(struct rpc_call *call, struct buffer *out);

/* "persons":[…], a row per device of a group's members. */
void rpc_overview_emit_persons(const struct node *node, uint32_t group, struct buffer *out);
/* Appends the member "fingerprint". */
void rpc_overview_emit_fingerprint(const struct sign_public *device, struct buffer *out);
/* Appends the members "device" and "fingerprint", which are null when the node has no identity. */
void rpc_overview_emit_identity(const struct node_info *info, struct buffer *out);
