/* SPDX-License-Identifier: MIT
 * A line from a client as a JSON-RPC 2.0 request.  Form only: what the method and its params mean is decided later. */
#pragma once
#include "rpc_error.h"
#include <jansson.h>

#define RPC_ID_MAX 64                    /* bytes of an id that is a string */
#define RPC_ID_SIZE (RPC_ID_MAX * 6 + 3) /* as JSON, each byte escaped, with quotes and the ending zero */

struct rpc_request {
    json_t *root; /* owned; the two below die with it */
    const char *method;
    json_t *params;       /* an object, or NULL when left out */
    bool has_id;          /* else nobody waits for an answer */
    char id[RPC_ID_SIZE]; /* as JSON, ready for the answer; "null" when there is none */
};

/* True: `ret` is a request.  False: ret_failure says why not, and ret->id is what the answer carries.
 * Either way rpc_request_done(ret). */
MUST_USE bool rpc_parse(struct bytes line, struct rpc_request *ret, struct rpc_failure *ret_failure);

void rpc_request_done(struct rpc_request *request);
