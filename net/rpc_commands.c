/* SPDX-License-Identifier: MIT */
#include "rpc_commands.h"
#include "address.h"
#include "core/base/text.h"
#include "core/node_query.h"
#include "emit.h"
#include "moment.h"
#include "rpc_message.h"
#include "rpc_names.h"
#include "rpc_overview.h"
#include "rpc_root.h"
#include "rpc_state.h"
#include <time.h>

#define JOIN_PREFIX "zuruf:join/"
#define DEVICE_PREFIX "zuruf:link/"
#define MS_PER_DAY (24ull * 60 * 60 * 1000)

static uint64_t wall_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---------------------------------------------------------------- identity and workspace */

static void prepare_named(struct rpc_call *call, enum command_type type, struct command *ret)
{
    ret->type = type;
    ret->name = rpc_params_text(&call->params, "name", RPC_REQUIRED);
    rpc_params_end(&call->params);
}

void rpc_commands_identity(struct rpc_call *call, struct command *ret)
{
    prepare_named(call, COMMAND_IDENTITY_CREATE, ret);
}

void rpc_commands_name_device(struct rpc_call *call, struct command *ret)
{
    prepare_named(call, COMMAND_DEVICE_NAME, ret);
}

void rpc_commands_workspace(struct rpc_call *call, struct command *ret)
{
    rpc_root_read_passphrase(call, "root_passphrase", ret);
    prepare_named(call, COMMAND_WORKSPACE_CREATE, ret);
}

void rpc_commands_done(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                       struct buffer *out)
{
    (void)rpc, (void)pending, (void)reply, (void)out;
}

void rpc_commands_identity_created(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                                   struct buffer *out)
{
    struct node_info info;

    (void)pending, (void)reply;
    node_info(rpc->options.node, &info);
    rpc_overview_emit_identity(&info, out);
}

/* ---------------------------------------------------------------- joining */

static void read_address(struct rpc_call *call, const char *key, struct bytes text, struct command *ret)
{
    struct address address;

    if (address_parse(text, &address) == OK)
        ret->addresses[ret->address_count++] = address;
    else
        rpc_params_refuse(&call->params, key, "be HOST:PORT with a numeric host");
}

/* A code may be given as the link that was handed on. */
static void read_code(struct rpc_call *call, const char *link, struct command *ret)
{
    struct bytes text = rpc_params_text(&call->params, "code", RPC_REQUIRED);
    size_t prefix = strlen(link);

    if (text.size >= prefix && memcmp(text.data, link, prefix) == 0)
        text = (struct bytes){text.data + prefix, text.size - prefix};
    if (text.data && words_code_parse(text, &ret->code) != OK)
        rpc_error_set(&call->failure, RPC_REFUSED, ERR_MALFORMED,
                      "This is no code: it should be six words of the list.");
}

static void prepare_join(struct rpc_call *call, bool links, struct command *ret)
{
    ret->type = COMMAND_JOIN;
    ret->links = links;
    read_code(call, links ? DEVICE_PREFIX : JOIN_PREFIX, ret);
    json_t *peers = rpc_params_strings(&call->params, "peers", JOIN_ADDRESSES_MAX);
    for (size_t i = 0; i < json_array_size(peers); i++)
        read_address(call, "peers", BYTES_TEXT(json_string_value(json_array_get(peers, i))), ret);
    uint64_t timeout_ms = rpc_params_number(&call->params, "timeout_ms", 20000, 600000);
    ret->deadline_ms = moment_mono_ms() + timeout_ms;
    rpc_params_end(&call->params);
}

void rpc_commands_join(struct rpc_call *call, struct command *ret)
{
    prepare_join(call, false, ret);
}

void rpc_commands_join_as_device(struct rpc_call *call, struct command *ret)
{
    prepare_join(call, true, ret);
}

void rpc_commands_joined(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                         struct buffer *out)
{
    struct node_info info;

    (void)pending, (void)reply;
    node_info(rpc->options.node, &info);
    emit_text_or_null(out, "workspace", info.workspace_name);
}

static void prepare_invite(struct rpc_call *call, enum invite_kind kind, struct command *ret)
{
    ret->type = COMMAND_INVITE_CREATE;
    ret->invite = kind;
    ret->expires_ms = wall_clock_ms() + rpc_params_number(&call->params, "expires_in_ms", MS_PER_DAY, 366 * MS_PER_DAY);
    rpc_params_end(&call->params);
}

void rpc_commands_invite(struct rpc_call *call, struct command *ret)
{
    static const char *const words[] = {"member", "reader", "carrier", NULL};
    static const enum role roles[] = {ROLE_MEMBER, ROLE_READER, ROLE_CARRIER};

    ret->role = roles[rpc_params_word(&call->params, "role", words, 0)];
    ret->name = rpc_params_text(&call->params, "person", RPC_OPTIONAL);
    prepare_invite(call, ret->name.data ? INVITE_AGAIN : INVITE_PERSON, ret);
}

void rpc_commands_link_device(struct rpc_call *call, struct command *ret)
{
    prepare_invite(call, INVITE_DEVICE, ret);
}

static void emit_code(const struct effect *reply, const char *prefix, struct buffer *out)
{
    struct buffer text = {0};

    buffer_append(&text, BYTES_TEXT(prefix));
    words_code_text(&reply->code, &text);
    struct bytes link = buffer_bytes(&text);
    struct bytes code = {link.data + strlen(prefix), link.size - strlen(prefix)};
    emit_text(out, "code", code);
    emit_text(out, "link", link);
    emit_time(out, "expires", reply->expires_ms);
    buffer_wipe(&text);
}

void rpc_commands_invited(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                          struct buffer *out)
{
    (void)rpc;
    emit_code(reply, JOIN_PREFIX, out);
    emit_string(out, "role", rpc_names_role(pending->role));
}

void rpc_commands_device_linked(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                                struct buffer *out)
{
    (void)rpc, (void)pending;
    emit_code(reply, DEVICE_PREFIX, out);
}

/* ---------------------------------------------------------------- sending */

/* What the params name must be there; what they say is judged by the node. */
static enum error resolve(struct rpc_call *call, struct bytes target, struct bytes reply_to, struct command *ret)
{
    struct node *node = call->rpc->options.node;
    uint32_t log;

    if (ret->send.text.size > TEXT_MAX_SIZE || ret->send.client_id.size > CLIENT_ID_MAX)
        return ERR_TOO_BIG;
    struct rpc_chat chat = {0};
    enum error err = rpc_names_find_chat(node, target, &chat);
    ret->send.group = chat.group;
    ret->send.person = chat.person;
    if (!err && reply_to.data)
        err = node_message_find(node, reply_to, &ret->send.reply_to, &log);
    return err;
}

void rpc_commands_send(struct rpc_call *call, struct command *ret)
{
    struct rpc_params *params = &call->params;

    ret->type = COMMAND_SEND;
    struct bytes target = rpc_params_text(params, "target", RPC_REQUIRED);
    ret->send.text = rpc_params_text(params, "text", RPC_REQUIRED);
    ret->send.topic = rpc_params_text(params, "topic", RPC_OPTIONAL);
    struct bytes reply_to = rpc_params_text(params, "reply_to", RPC_OPTIONAL);
    ret->send.urgent = rpc_params_bool(params, "urgent");
    ret->send.client_id = rpc_params_text(params, "client_id", RPC_OPTIONAL);
    if (rpc_params_end(params))
        rpc_error_refuse(&call->failure, resolve(call, target, reply_to, ret));
}

/* Own messages come from one log at a time, so its number is looked up once. */
static enum error own_message(struct rpc *rpc, const struct message_ref *ref, struct message *ret)
{
    struct node *node = rpc->options.node;
    bool is_known = bytes_equal(BYTES_OF(rpc->known_log_id.bytes), BYTES_OF(ref->log.bytes));

    if (!is_known) {
        struct message_ref found;
        rpc->scratch.size = 0;
        node_message_id(node, ref, true, &rpc->scratch);
        enum error err = node_message_find(node, buffer_bytes(&rpc->scratch), &found, &rpc->known_log);
        if (err)
            return err;
        rpc->known_log_id = ref->log;
    }
    return node_message(node, rpc->known_log, ref->seq, ret);
}

void rpc_commands_sent(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                       struct buffer *out)
{
    struct message message = {0};

    (void)pending;
    if (!reply->message.seq) {
        emit_string(out, "state", "waiting_for_key");
        return;
    }
    if (own_message(rpc, &reply->message, &message) != OK)
        message.time_ms = 0; /* it is durable all the same */
    rpc_message_emit_id(rpc, "id", &reply->message, out);
    emit_time(out, "time", message.time_ms);
}

/* ---------------------------------------------------------------- people */

static void read_device(struct rpc_call *call, struct sign_public *ret)
{
    struct bytes text = rpc_params_text(&call->params, "device", RPC_REQUIRED);
    struct buffer device = {0};

    if (text.data && (base32_decode(text, &device) != OK || device.size != sizeof ret->bytes))
        rpc_params_refuse(&call->params, "device", "be a key in base32");
    else if (text.data)
        memcpy(ret->bytes, device.data, sizeof ret->bytes);
    buffer_done(&device);
}

void rpc_commands_verify(struct rpc_call *call, struct command *ret)
{
    ret->type = COMMAND_VERIFY;
    ret->verify.undo = rpc_params_bool(&call->params, "undo");
    read_device(call, &ret->verify.device);
    rpc_params_end(&call->params);
}

void rpc_commands_revoke_device(struct rpc_call *call, struct command *ret)
{
    ret->type = COMMAND_DEVICE_REVOKE;
    read_device(call, &ret->device);
    rpc_params_end(&call->params);
}

/* ---------------------------------------------------------------- clocks */

void rpc_commands_distrust(struct rpc_call *call, struct command *ret)
{
    struct node *node = call->rpc->options.node;
    uint32_t log;

    ret->type = COMMAND_CLOCK_DISTRUST;
    struct bytes from = rpc_params_text(&call->params, "from", RPC_REQUIRED);
    struct bytes to = rpc_params_text(&call->params, "to", RPC_OPTIONAL);
    if (!rpc_params_end(&call->params))
        return;
    enum error err = node_message_find(node, from, &ret->distrust.from, &log);
    if (!err)
        err = node_message_find(node, to.data ? to : from, &ret->distrust.to, &log);
    rpc_error_refuse(&call->failure, err);
}

/* ---------------------------------------------------------------- peers, and the end */

static void prepare_peer(struct rpc_call *call, enum command_type type, struct command *ret)
{
    struct bytes text = rpc_params_text(&call->params, "address", RPC_REQUIRED);

    ret->type = type;
    if (text.data)
        read_address(call, "address", text, ret);
    rpc_params_end(&call->params);
}

void rpc_commands_peer_add(struct rpc_call *call, struct command *ret)
{
    prepare_peer(call, COMMAND_PEER_ADD, ret);
}

void rpc_commands_peer_remove(struct rpc_call *call, struct command *ret)
{
    prepare_peer(call, COMMAND_PEER_REMOVE, ret);
}

void rpc_commands_stop(struct rpc_call *call, struct buffer *out)
{
    (void)out;
    if (rpc_params_end(&call->params) && call->rpc->stop == RPC_STOP_NONE)
        call->rpc->stop = RPC_STOP_WANTED;
}
