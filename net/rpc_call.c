/* SPDX-License-Identifier: MIT */
#include "rpc_call.h"
#include "core/node_query.h"
#include "emit.h"
#include "rpc_methods.h"
#include "rpc_parse.h"
#include "rpc_state.h"
#include <stdlib.h>

/* ---------------------------------------------------------------- answers */

static void begin_answer(struct buffer *out, const char *id)
{
    emit_open(out, NULL, '{');
    emit_string(out, "jsonrpc", "2.0");
    emit_raw(out, "id", BYTES_TEXT(id));
}

static void end_answer(struct buffer *out)
{
    emit_close(out, '}');
    buffer_append_byte(out, '\n');
}

static void answer_failure(struct buffer *out, const char *id, const struct rpc_failure *failure)
{
    begin_answer(out, id);
    rpc_error_emit(failure, out);
    end_answer(out);
}

/* ---------------------------------------------------------------- carrying out */

/* The answer is written as it is found out; a failure on the way takes it back. */
static void ask(struct rpc_call *call, const struct rpc_method *method, const struct rpc_request *request)
{
    struct buffer *out = &call->connection->out;
    size_t before = out->size;

    begin_answer(out, request->id);
    emit_open(out, "result", '{');
    method->ask(call, out);
    emit_close(out, '}');
    end_answer(out);
    if (call->failure.number != RPC_FINE || !request->has_id)
        out->size = before;
}

static void submit(struct rpc_call *call, const struct rpc_method *method, const struct rpc_request *request,
                   size_t owed)
{
    const struct rpc_options *options = &call->rpc->options;
    struct command command = {0};

    method->prepare(call, &command);
    if (call->failure.number != RPC_FINE)
        return;
    command.id = options->command_id(options->arg);
    struct rpc_pending *pending = rpc_pending_add(&call->rpc->pending, command.id, request->has_id ? request->id : "");
    pending->method = method;
    pending->connection = call->connection->serial;
    pending->role = command.role;
    pending->owed = owed;
    call->connection->owed += owed;
    options->submit(options->arg, &command); /* the reply may come before this returns */
    crypto_wipe(&command.root, sizeof command.root);
}

static void carry_out(struct rpc_connection *connection, const struct rpc_request *request, size_t owed)
{
    const struct rpc_method *method = rpc_methods_find(request->method);
    struct rpc_call call = {.rpc = connection->rpc, .connection = connection, .params.object = request->params};

    call.params.failure = &call.failure;
    if (!method)
        rpc_error_set(&call.failure, RPC_NO_METHOD, ERR_USAGE, "There is no method \"%.64s\".", request->method);
    else if (node_is_locked(connection->rpc->options.node) && !rpc_methods_serves_locked(method))
        rpc_error_refuse(&call.failure, ERR_LOCKED);
    else if (method->ask)
        ask(&call, method, request);
    else
        submit(&call, method, request, owed);
    if (call.failure.number != RPC_FINE && request->has_id)
        answer_failure(&connection->out, request->id, &call.failure);
}

static bool is_blank(struct bytes line)
{
    for (size_t i = 0; i < line.size; i++)
        if (!strchr(" \t\r", line.data[i]) || line.data[i] == '\0')
            return false;
    return true;
}

void rpc_call_line(struct rpc_connection *connection, struct bytes line)
{
    struct rpc_failure failure = {0};
    struct rpc_request request;

    if (is_blank(line))
        return;
    if (rpc_parse(line, &request, &failure))
        carry_out(connection, &request, line.size);
    else
        answer_failure(&connection->out, request.id, &failure);
    rpc_request_done(&request);
}

void rpc_call_refuse_line(struct rpc_connection *connection)
{
    struct rpc_failure failure = {.number = RPC_NOT_A_REQUEST, .code = ERR_TOO_BIG};

    answer_failure(&connection->out, "null", &failure);
    rpc_connection_end(connection);
}

void rpc_call_refuse_client(struct rpc_connection *connection)
{
    struct rpc_failure failure = {.number = RPC_REFUSED, .code = ERR_LIMIT};

    answer_failure(&connection->out, "null", &failure);
}

/* ---------------------------------------------------------------- the node's replies */

static void answer_reply(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                         struct buffer *out)
{
    struct rpc_failure failure = {0};

    rpc_error_refuse(&failure, reply->error);
    if (failure.number != RPC_FINE) {
        answer_failure(out, pending->id, &failure);
        return;
    }
    begin_answer(out, pending->id);
    emit_open(out, "result", '{');
    pending->method->answer(rpc, pending, reply, out);
    emit_close(out, '}');
    end_answer(out);
}

static void settle(struct rpc *rpc, struct rpc_pending *pending, const struct effect *reply)
{
    struct rpc_connection *connection = rpc_state_connection(rpc, pending->connection);

    if (connection) {
        connection->owed -= pending->owed;
        if (pending->id[0] != '\0')
            answer_reply(rpc, pending, reply, &connection->out);
    }
    free(pending);
}

void rpc_call_reply(struct rpc *rpc, const struct effect *reply)
{
    struct rpc_pending *pending = rpc_pending_take(&rpc->pending, reply->command);

    if (pending)
        settle(rpc, pending, reply);
}

void rpc_call_abandon_all(struct rpc *rpc)
{
    const struct effect shutting_down = {.error = ERR_SHUTTING_DOWN};
    struct rpc_pending *pending;

    while ((pending = rpc_pending_take_any(&rpc->pending)) != NULL)
        settle(rpc, pending, &shutting_down);
}
