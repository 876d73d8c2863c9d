/* SPDX-License-Identifier: MIT
 * The input is a line from a client.  What is a request has an id that is JSON again; what is none is answered with an
 * error that is one line of JSON, whatever the line was. */
#include "net/emit.h"
#include "net/rfc3339.h"
#include "net/rpc_params.h"
#include "net/rpc_parse.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_json(struct bytes text)
{
    json_t *value = json_loadb((const char *)text.data, text.size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);

    require(value != NULL);
    require(!memchr(text.data, '\n', text.size));
    json_decref(value);
}

/* Whatever the params are, each kind of read gets what it may get or fails. */
static void read_params(const struct rpc_request *request, struct rpc_failure *failure)
{
    static const char *const words[] = {"forward", "backward", NULL};
    struct rpc_params params = {.object = request->params, .failure = failure};

    struct bytes text = rpc_params_text(&params, "text", RPC_OPTIONAL);
    uint64_t limit = rpc_params_number(&params, "limit", 100, 1000);
    size_t word = rpc_params_word(&params, "direction", words, 0);
    uint64_t since = rpc_params_time(&params, "since");
    json_t *types = rpc_params_strings(&params, "types", 16);
    rpc_params_bool(&params, "clock");
    bool all = rpc_params_end(&params);

    require(all == (failure->number == RPC_FINE));
    require(limit >= 1 && limit <= 1000 && word < 2 && json_array_size(types) <= 16);
    require(since <= RFC3339_MS_MAX + 86400000);
    if (all && json_object_get(request->params, "text"))
        require(text.data != NULL);
}

static void require_answer(const struct rpc_failure *failure, const char *id)
{
    struct buffer answer = {0};

    emit_open(&answer, NULL, '{');
    emit_raw(&answer, "id", BYTES_TEXT(id));
    rpc_error_emit(failure, &answer);
    emit_close(&answer, '}');
    require_json(buffer_bytes(&answer));
    buffer_done(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rpc_request request;
    struct rpc_failure failure = {0};

    bool is_request = rpc_parse((struct bytes){data, size}, &request, &failure);
    require(is_request == (failure.number == RPC_FINE));
    require_json(BYTES_TEXT(request.id));
    if (is_request) {
        require(request.method != NULL);
        read_params(&request, &failure);
    }
    if (failure.number != RPC_FINE)
        require_answer(&failure, request.id);
    rpc_request_done(&request);
    return 0;
}
