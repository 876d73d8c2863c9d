/* SPDX-License-Identifier: MIT */
#include "rpc_lock.h"
#include "core/base/passphrase.h"
#include "core/node_query.h"
#include "emit.h"
#include "rpc_state.h"

static const struct rpc_passphrase *passphrase_of(const struct rpc_call *call)
{
    return &call->rpc->options.passphrase;
}

/* A new one.  What is asked for as the old one may be anything: then it is just not the right one. */
static struct bytes read_new(struct rpc_call *call, const char *key)
{
    struct bytes text = rpc_params_text(&call->params, key, RPC_REQUIRED);

    if (text.data && (text.size < PASSPHRASE_SIZE_MIN || text.size > PASSPHRASE_SIZE_MAX))
        rpc_params_refuse(&call->params, key, "have 8 to 1024 bytes");
    return text;
}

void rpc_lock_lock(struct rpc_call *call, struct command *ret)
{
    const struct rpc_passphrase *passphrase = passphrase_of(call);

    ret->type = COMMAND_LOCK;
    buffer_wipe(&call->rpc->scratch);
    if (rpc_params_end(&call->params))
        rpc_error_refuse(&call->failure,
                         passphrase->lock ? passphrase->lock(call->rpc->options.arg) : ERR_NO_PASSPHRASE);
}

void rpc_lock_unlock(struct rpc_call *call, struct command *ret)
{
    const struct rpc_passphrase *passphrase = passphrase_of(call);
    struct bytes text = rpc_params_text(&call->params, "passphrase", RPC_REQUIRED);

    ret->type = COMMAND_UNLOCK;
    if (rpc_params_end(&call->params))
        rpc_error_refuse(&call->failure, passphrase->unlock
                                             ? passphrase->unlock(call->rpc->options.arg, text, &ret->store_key)
                                             : ERR_NO_PASSPHRASE);
}

static void change(struct rpc_call *call, struct bytes old, struct bytes fresh)
{
    const struct rpc_passphrase *passphrase = passphrase_of(call);

    if (rpc_params_end(&call->params))
        rpc_error_refuse(&call->failure, passphrase->change ? passphrase->change(call->rpc->options.arg, old, fresh)
                                                            : ERR_NO_PASSPHRASE);
}

void rpc_lock_set(struct rpc_call *call, struct buffer *out)
{
    struct bytes fresh = read_new(call, "passphrase");
    struct bytes old = rpc_params_text(&call->params, "old", RPC_OPTIONAL);

    (void)out;
    change(call, old, fresh);
}

void rpc_lock_remove(struct rpc_call *call, struct buffer *out)
{
    struct bytes old = rpc_params_text(&call->params, "old", RPC_REQUIRED);

    (void)out;
    change(call, old, (struct bytes){0});
}

void rpc_lock_emit(struct rpc *rpc, struct buffer *out)
{
    const struct rpc_options *options = &rpc->options;

    emit_bool(out, "locked", node_is_locked(options->node));
    emit_bool(out, "passphrase", options->passphrase.is_set && options->passphrase.is_set(options->arg));
}
