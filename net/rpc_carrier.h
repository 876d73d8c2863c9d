/* SPDX-License-Identifier: MIT
 * What this computer keeps for others and cannot read, and how much of it its owner allows. */
#pragma once
#include "core/node_query.h"
#include "rpc_call.h"

void rpc_carrier_quota(struct rpc_call *call, struct command *ret);
/* Appends the member "carrier". */
void rpc_carrier_emit(const struct node *node, struct buffer *out);
/* "quota", "disk", or NULL: it takes what is written. */
const char *rpc_carrier_full(enum room room);
