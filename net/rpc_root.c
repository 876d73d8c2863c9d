/* SPDX-License-Identifier: MIT */
#include "rpc_root.h"
#include "core/base/passphrase.h"
#include "core/base/words.h"
#include "core/node_query.h"
#include "emit.h"
#include "rpc_names.h"
#include "rpc_state.h"

#define SHARES_MAX 255
#define SEED_SIZE 32

void rpc_root_read_passphrase(struct rpc_call *call, const char *key, struct command *ret)
{
    struct bytes text = rpc_params_text(&call->params, key, RPC_OPTIONAL);

    if (text.data && (text.size < PASSPHRASE_SIZE_MIN || text.size > PASSPHRASE_SIZE_MAX))
        rpc_params_refuse(&call->params, key, "have 8 to 1024 bytes");
    ret->root.passphrase = text;
}

void rpc_root_export(struct rpc_call *call, struct buffer *out)
{
    struct bytes passphrase = rpc_params_text(&call->params, "passphrase", RPC_OPTIONAL);
    struct sign_public root;
    uint8_t seed[SEED_SIZE];

    if (!rpc_params_end(&call->params))
        return;
    enum error err = node_root_export(call->rpc->options.node, passphrase, &root, seed);
    rpc_error_refuse(&call->failure, err);
    if (err)
        return;
    emit_base32(out, "root", BYTES_OF(root.bytes));
    emit_base32(out, "secret", BYTES_OF(seed));
    crypto_wipe(seed, sizeof seed);
}

static void read_shares(struct rpc_call *call, struct command *ret)
{
    ret->root.of = (uint8_t)rpc_params_number(&call->params, "of", 0, SHARES_MAX);
    ret->root.need = (uint8_t)rpc_params_number(&call->params, "need", 0, SHARES_MAX);
    if (ret->root.need < 1 || ret->root.need > ret->root.of)
        rpc_params_refuse(&call->params, "need", "be given, and be at most \"of\"");
}

void rpc_root_recover(struct rpc_call *call, struct command *ret)
{
    struct bytes secret = rpc_params_text(&call->params, "secret", RPC_REQUIRED);
    struct buffer seed = {0};

    ret->type = COMMAND_ROOT_RECOVER;
    read_shares(call, ret);
    rpc_root_read_passphrase(call, "passphrase", ret);
    if (secret.data && (base32_decode(secret, &seed) != OK || seed.size != sizeof ret->root.seed))
        rpc_params_refuse(&call->params, "secret", "be 32 bytes in base32");
    else if (secret.data)
        memcpy(ret->root.seed, seed.data, sizeof ret->root.seed);
    buffer_wipe(&seed);
    rpc_params_end(&call->params);
}

void rpc_root_hand_over(struct rpc_call *call, struct command *ret)
{
    ret->type = COMMAND_ROOT_HAND_OVER;
    rpc_root_read_passphrase(call, "new_passphrase", ret);
    ret->root.new_passphrase = ret->root.passphrase;
    rpc_root_read_passphrase(call, "passphrase", ret);
    ret->root.anyway = rpc_params_bool(&call->params, "anyway");
    rpc_params_end(&call->params);
}

void rpc_root_groups(struct rpc_call *call, struct command *ret)
{
    ret->type = COMMAND_ROOT_GROUPS;
    rpc_root_read_passphrase(call, "passphrase", ret);
    rpc_params_end(&call->params);
}

void rpc_root_groups_opened(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                            struct buffer *out)
{
    struct node_charter charter;

    (void)pending;
    (void)reply;
    emit_open(out, "groups", '[');
    for (size_t i = 0; node_charter_at(rpc->options.node, i, &charter); i++) {
        emit_open(out, NULL, '{');
        emit_base32(out, "group", BYTES_OF(charter.group.bytes));
        emit_text(out, "name", charter.name);
        emit_text_or_null(out, "by", charter.author);
        emit_base32_or_null(out, "person", BYTES_OF(charter.person.bytes));
        emit_base32(out, "device", BYTES_OF(charter.device.bytes));
        emit_bool(out, "ruled", charter.is_ruled);
        emit_bool(out, "member", charter.is_member);
        emit_bool(out, "entered", charter.is_entered);
        emit_bool(out, "known", charter.is_known);
        emit_close(out, '}');
    }
    emit_close(out, ']');
}

void rpc_root_enter(struct rpc_call *call, struct command *ret)
{
    struct bytes group = rpc_params_text(&call->params, "group", RPC_REQUIRED);

    ret->type = COMMAND_ROOT_ENTER;
    rpc_root_read_passphrase(call, "passphrase", ret);
    if (rpc_params_end(&call->params))
        rpc_error_refuse(&call->failure, node_find_charter(call->rpc->options.node, group, &ret->group.id));
}

void rpc_root_take_over(struct rpc_call *call, struct command *ret)
{
    struct bytes group = rpc_params_text(&call->params, "group", RPC_REQUIRED);

    ret->type = COMMAND_ROOT_TAKE_OVER;
    rpc_root_read_passphrase(call, "passphrase", ret);
    if (rpc_params_end(&call->params))
        rpc_error_refuse(&call->failure, rpc_names_find_group(call->rpc->options.node, group, &ret->group.number));
}

void rpc_root_shared(struct rpc_call *call, struct command *ret)
{
    ret->type = COMMAND_ROOT_SHARED;
    read_shares(call, ret);
    rpc_params_end(&call->params);
}

void rpc_root_seen(struct rpc_call *call, struct command *ret)
{
    ret->type = COMMAND_ROOT_SEEN;
    rpc_params_end(&call->params);
}

void rpc_root_emit(struct node *node, struct buffer *out)
{
    struct node_root root;

    if (!node_root(node, &root)) {
        emit_null(out, "root");
        return;
    }
    emit_open(out, "root", '{');
    emit_bool(out, "passphrase", root.has_passphrase);
    emit_number(out, "shares", root.shares);
    emit_number(out, "shares_needed", root.shares_needed);
    emit_time(out, "shares_made", root.shares_ms);
    emit_digits(out, "generation", root.generation);
    emit_bool(out, "forked", root.is_forked);
    emit_number(out, "void", root.void_count);
    emit_number(out, "void_new", root.void_new);
    emit_close(out, '}');
}
