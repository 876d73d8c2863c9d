/* SPDX-License-Identifier: MIT
 * The local API's methods about chats: the workspace's own, groups, and those of two people.  API.md, "Methods". */
#pragma once
#include "rpc_call.h"

void rpc_groups_list(struct rpc_call *call, struct buffer *out);
void rpc_groups_find(struct rpc_call *call, struct buffer *out);
void rpc_groups_show(struct rpc_call *call, struct buffer *out);

/* "groups":[…], also of sync.status. */
void rpc_groups_emit(const struct node *node, struct buffer *out);
