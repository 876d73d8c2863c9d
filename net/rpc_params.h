/* SPDX-License-Identifier: MIT
 * Reads the params of a call, a param a line, so that a method begins like its row in API.md.  After a fault every
 * read is a no-op that returns nothing; rpc_params_end() refuses what no read has asked for. */
#pragma once
#include "rpc_error.h"
#include <jansson.h>

#define RPC_PARAMS_MAX 12

struct rpc_params {
    json_t *object;              /* borrowed; NULL: none were given */
    struct rpc_failure *failure; /* where faults go */
    const char *asked[RPC_PARAMS_MAX];
    size_t asked_count;
    size_t found;
};

enum rpc_need { RPC_REQUIRED, RPC_OPTIONAL };

/* Borrowed from the request; data is NULL when an optional one is left out. */
struct bytes rpc_params_text(struct rpc_params *params, const char *key, enum rpc_need need);
bool rpc_params_bool(struct rpc_params *params, const char *key); /* false when left out */
uint64_t rpc_params_number(struct rpc_params *params, const char *key, uint64_t fallback, uint64_t most); /* from 1 */
uint64_t rpc_params_time(struct rpc_params *params, const char *key); /* 0 when left out */
/* One of `words` (ends with NULL): its index; `fallback` when left out. */
size_t rpc_params_word(struct rpc_params *params, const char *key, const char *const *words, size_t fallback);
/* An array of strings, at most `most`; NULL when left out. */
json_t *rpc_params_strings(struct rpc_params *params, const char *key, size_t most);

/* True: all was read and nothing was wrong, so the call may be carried out; else the failure says so. */
bool rpc_params_end(struct rpc_params *params);

/* For a param that has the right type and is still wrong; `must` ends the sentence "The param … must …". */
void rpc_params_refuse(struct rpc_params *params, const char *key, const char *must);
