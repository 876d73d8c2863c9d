/* SPDX-License-Identifier: MIT
 * Methods that read messages: a page of them in order, one of them, who has it. */
#pragma once
#include "rpc_call.h"

void rpc_history_list(struct rpc_call *call, struct buffer *out);
void rpc_history_get(struct rpc_call *call, struct buffer *out);
void rpc_history_receipt(struct rpc_call *call, struct buffer *out);
