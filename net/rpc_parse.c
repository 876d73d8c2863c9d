/* SPDX-License-Identifier: MIT */
#include "rpc_parse.h"
#include "emit.h"
#include <stdio.h>

static void refuse(struct rpc_failure *failure, const char *why)
{
    rpc_error_set(failure, RPC_NOT_A_REQUEST, ERR_MALFORMED, "This is not a request: %s.", why);
}

static void string_id(json_t *id, struct rpc_request *ret)
{
    struct buffer text = {0};

    emit_text(&text, NULL, (struct bytes){(const uint8_t *)json_string_value(id), json_string_length(id)});
    memcpy(ret->id, text.data, text.size);
    ret->id[text.size] = '\0';
    buffer_done(&text);
}

static void read_id(struct rpc_request *ret, struct rpc_failure *failure)
{
    json_t *id = json_object_get(ret->root, "id");

    if (!id)
        return;
    if (json_is_string(id) && json_string_length(id) <= RPC_ID_MAX)
        string_id(id, ret);
    else if (json_is_integer(id))
        snprintf(ret->id, sizeof ret->id, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
    else if (!json_is_null(id))
        refuse(failure, "its id is not a string of at most 64 bytes, a whole number or null");
    ret->has_id = true;
}

static void read_members(struct rpc_request *ret, struct rpc_failure *failure)
{
    json_t *version = json_object_get(ret->root, "jsonrpc");
    json_t *method = json_object_get(ret->root, "method");
    json_t *params = json_object_get(ret->root, "params");
    size_t known = (size_t)(version != NULL) + (method != NULL) + (params != NULL) + ret->has_id;

    if (!json_is_string(version) || strcmp(json_string_value(version), "2.0") != 0)
        refuse(failure, "\"jsonrpc\" must be \"2.0\"");
    else if (!json_is_string(method))
        refuse(failure, "\"method\" must be a string");
    else if (params && !json_is_object(params))
        refuse(failure, "\"params\" must be an object");
    else if (json_object_size(ret->root) != known)
        refuse(failure, "it may have \"jsonrpc\", \"id\", \"method\" and \"params\" only");
    ret->method = json_string_value(method);
    ret->params = params;
}

bool rpc_parse(struct bytes line, struct rpc_request *ret, struct rpc_failure *ret_failure)
{
    json_error_t where;

    ret->root = json_loadb((const char *)line.data, line.size, JSON_REJECT_DUPLICATES, &where);
    ret->method = NULL;
    ret->params = NULL;
    ret->has_id = false;
    strcpy(ret->id, "null");
    if (!ret->root) {
        rpc_error_set(ret_failure, RPC_NOT_JSON, ERR_MALFORMED, "This line is not JSON: %s (byte %d).", where.text,
                      where.position);
        return false;
    }
    if (!json_is_object(ret->root)) {
        refuse(ret_failure, "a line holds one object");
        return false;
    }
    read_id(ret, ret_failure);
    read_members(ret, ret_failure);
    return ret_failure->number == RPC_FINE;
}

void rpc_request_done(struct rpc_request *request)
{
    json_decref(request->root);
    request->root = NULL;
}
