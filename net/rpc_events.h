/* SPDX-License-Identifier: MIT
 * What subscribers are told.  Durable messages are not pushed but pulled: a notice only marks a subscriber as behind,
 * and each turn of the loop reads on from the arrival number told last.  So what was missed and what is new take one
 * road, without gap or duplicate, and a subscriber that reads slowly costs a number, not memory. */
#pragma once
#include "rpc_call.h"

void rpc_events_subscribe(struct rpc_call *call, struct buffer *out);

void rpc_events_tell(struct rpc *rpc, const struct notice *notice);

/* Each turn: tells those that are behind a bounded number of messages, and gives up those that take nothing. */
void rpc_events_pull(struct rpc *rpc);
/* True: somebody is behind and would take more at once. */
bool rpc_events_waiting(const struct rpc *rpc);
