/* SPDX-License-Identifier: MIT
 * A message as JSON. */
#pragma once
#include "core/node_query.h"

struct rpc;

/* Appends its members inside an object that the caller opened; `clock` is not among them. */
void rpc_message_emit(struct rpc *rpc, const struct message *message, struct buffer *out);
/* Appends the member "id", or another key. */
void rpc_message_emit_id(struct rpc *rpc, const char *key, const struct message_ref *ref, struct buffer *out);
/* A clock_visitor whose argument is the buffer: a member of an object log → seq. */
void rpc_message_emit_tick(void *out, const struct hash *log, uint64_t seq);
/* Appends the members "persons" and "with". */
void rpc_message_emit_receipt(const struct receipt *receipt, struct buffer *out);
