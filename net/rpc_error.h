/* SPDX-License-Identifier: MIT
 * Why a call was refused, and how the local API says so: a number for JSON-RPC, a stable code for programs, a sentence
 * of what happened and a hint of what to do for people. */
#pragma once
#include "core/base/bytes.h"
#include "core/error.h"

enum rpc_number {
    RPC_FINE = 0,
    RPC_NOT_JSON = -32700,
    RPC_NOT_A_REQUEST = -32600,
    RPC_NO_METHOD = -32601,
    RPC_WRONG_PARAMS = -32602,
    RPC_REFUSED = -32000, /* by the node itself */
};

/* Zeroed: nothing went wrong. */
struct rpc_failure {
    enum rpc_number number;
    enum error code;
    char message[160]; /* empty: the code's own sentence */
};

/* Keeps the first failure: what follows it is only its consequence. */
void rpc_error_set(struct rpc_failure *failure, enum rpc_number number, enum error code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The node refused with `err`; OK changes nothing. */
void rpc_error_refuse(struct rpc_failure *failure, enum error err);

/* What to do about `err`, in English; static. */
const char *rpc_error_hint(enum error err);

/* Appends the member "error" of an answer. */
void rpc_error_emit(const struct rpc_failure *failure, struct buffer *out);
