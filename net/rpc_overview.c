/* SPDX-License-Identifier: MIT */
#include "rpc_overview.h"
#include "address.h"
#include "core/base/words.h"
#include "emit.h"
#include "rpc_carrier.h"
#include "rpc_groups.h"
#include "rpc_lock.h"
#include "rpc_message.h"
#include "rpc_names.h"
#include "rpc_root.h"
#include "rpc_state.h"
#include <stdlib.h>
#include <unistd.h>

#define PROTOCOL_VERSION 1

static const struct node *node_of(const struct rpc_call *call)
{
    return call->rpc->options.node;
}

void rpc_overview_emit_fingerprint(const struct sign_public *device, struct buffer *out)
{
    struct buffer words = {0};

    words_fingerprint(device, &words);
    emit_text(out, "fingerprint", buffer_bytes(&words));
    buffer_done(&words);
}

/* ---------------------------------------------------------------- the node */

void rpc_overview_emit_identity(const struct node_info *info, struct buffer *out)
{
    if (info->has_identity) {
        emit_base32(out, "device", BYTES_OF(info->device.bytes));
        rpc_overview_emit_fingerprint(&info->device, out);
    } else {
        emit_null(out, "device");
        emit_null(out, "fingerprint");
    }
}

void rpc_overview_node(struct rpc_call *call, struct buffer *out)
{
    const struct rpc_options *options = &call->rpc->options;
    struct node_info info;

    if (!rpc_params_end(&call->params))
        return;
    node_info(options->node, &info);
    emit_string(out, "version", options->version);
    emit_number(out, "protocol", PROTOCOL_VERSION);
    emit_number(out, "pid", (uint64_t)getpid());
    emit_string(out, "home", options->home);
    rpc_lock_emit(call->rpc, out);
    emit_bool(out, "has_identity", info.has_identity);
    emit_bool(out, "has_workspace", info.has_workspace);
    rpc_overview_emit_identity(&info, out);
    emit_base32_or_null(out, "person", BYTES_OF(info.person.bytes));
    emit_text_or_null(out, "name", info.name);
    emit_text_or_null(out, "workspace", info.workspace_name);
    emit_string(out, "listen", options->listen);
}

/* ---------------------------------------------------------------- how far it is */

static void emit_forked_logs(struct rpc *rpc, struct buffer *out)
{
    struct node_forked_log forked;

    emit_open(out, "forked_logs", '[');
    for (size_t i = 0; node_forked_log_at(rpc->options.node, i, &forked); i++) {
        struct hash group = rpc_names_group_id(rpc, forked.group);
        emit_open(out, NULL, '{');
        emit_base32_or_null(out, "group", BYTES_OF(group.bytes));
        emit_base32(out, "log", BYTES_OF(forked.log.bytes));
        emit_base32(out, "device", BYTES_OF(forked.device.bytes));
        emit_base32_or_null(out, "person", BYTES_OF(forked.person.bytes));
        emit_text(out, "author", forked.author);
        emit_close(out, '}');
    }
    emit_close(out, ']');
}

static void emit_pinned(const struct rpc_options *options, struct buffer *out)
{
    uint64_t process = 0;
    uint64_t ms = options->pinned_ms ? options->pinned_ms(options->arg, &process) : 0;

    if (!ms) {
        emit_null(out, "pinned");
        return;
    }
    emit_open(out, "pinned", '{');
    emit_number(out, "process", process);
    emit_digits(out, "ms", ms);
    emit_close(out, '}');
}

static void emit_removed(const struct node *node, struct buffer *out)
{
    struct node_dismissal dismissal;

    if (!node_dismissal(node, &dismissal)) {
        emit_null(out, "removed");
        return;
    }
    emit_open(out, "removed", '{');
    emit_string(out, "by", dismissal.by_root ? "root" : dismissal.by_self ? "self" : "admin");
    emit_base32(out, "device", BYTES_OF(dismissal.device.bytes));
    emit_base32_or_null(out, "person", BYTES_OF(dismissal.person.bytes));
    emit_text(out, "name", dismissal.name);
    emit_time(out, "time", dismissal.time_ms);
    emit_close(out, '}');
}

void rpc_overview_sync(struct rpc_call *call, struct buffer *out)
{
    const struct rpc_options *options = &call->rpc->options;
    struct node_info info;

    if (!rpc_params_end(&call->params))
        return;
    node_info(options->node, &info);
    rpc_groups_emit(options->node, out);
    emit_forked_logs(call->rpc, out);
    emit_bool(out, "runs_twice", info.runs_twice);
    emit_removed(options->node, out);
    rpc_root_emit(options->node, out);
    rpc_carrier_emit(options->node, out);
    emit_number(out, "links", info.links);
    emit_digits(out, "entries", info.entries);
    emit_digits(out, "free_disk", info.free_disk);
    emit_string(out, "disk_state", error_code(info.disk_state));
    if (options->discovery)
        emit_string(out, "discovery", options->discovery(options->arg));
    else
        emit_null(out, "discovery");
    emit_pinned(options, out);
}

/* ---------------------------------------------------------------- people and peers */

static void emit_word_or_null(struct buffer *out, const char *key, const char *word)
{
    if (word)
        emit_string(out, key, word);
    else
        emit_null(out, key);
}

static void emit_person(const struct node_person *person, struct buffer *out)
{
    emit_open(out, NULL, '{');
    emit_base32(out, "person", BYTES_OF(person->person.bytes));
    emit_text(out, "name", person->name);
    emit_text_or_null(out, "label", person->label);
    emit_base32(out, "device", BYTES_OF(person->device.bytes));
    rpc_overview_emit_fingerprint(&person->device, out);
    emit_digits(out, "instance", person->instance);
    emit_string(out, "role", rpc_names_role(person->role));
    emit_string(out, "verification", rpc_names_verification(person->verification));
    emit_bool(out, "self", person->self);
    emit_bool(out, "online", person->online);
    emit_bool(out, "linked", person->linked);
    emit_time(out, "last_heard", person->last_heard_ms);
    emit_word_or_null(out, "full", rpc_carrier_full(person->room));
    emit_base32_or_null(out, "added_by", BYTES_OF(person->added_by.bytes));
    emit_time(out, "complete_to", person->complete_to_ms);
    emit_digits(out, "missing", person->missing);
    emit_close(out, '}');
}

void rpc_overview_emit_persons(const struct node *node, uint32_t group, struct buffer *out)
{
    struct node_person person;

    emit_open(out, "persons", '[');
    for (size_t i = 0; node_person_at(node, group, i, &person); i++)
        emit_person(&person, out);
    emit_close(out, ']');
}

static enum error workspace_or(const struct node *node, struct bytes target, uint32_t *ret)
{
    struct node_info info;

    if (target.data)
        return rpc_names_find_group(node, target, ret);
    node_info(node, &info);
    *ret = info.workspace;
    return info.has_workspace ? OK : ERR_NO_WORKSPACE;
}

void rpc_overview_persons(struct rpc_call *call, struct buffer *out)
{
    const struct node *node = node_of(call);
    struct bytes target = rpc_params_text(&call->params, "group", RPC_OPTIONAL);
    uint32_t group;

    if (!rpc_params_end(&call->params))
        return;
    enum error err = workspace_or(node, target, &group);
    rpc_error_refuse(&call->failure, err);
    if (err)
        return;
    rpc_overview_emit_persons(node, group, out);
}

void rpc_overview_devices(struct rpc_call *call, struct buffer *out)
{
    const struct node *node = node_of(call);
    struct node_device device;
    struct node_info info;

    if (!rpc_params_end(&call->params))
        return;
    node_info(node, &info);
    if (!info.has_workspace)
        rpc_error_refuse(&call->failure, ERR_NO_WORKSPACE);
    emit_open(out, "devices", '[');
    for (size_t i = 0; node_device_at(node, i, &device); i++) {
        emit_open(out, NULL, '{');
        emit_text(out, "name", info.name);
        emit_text_or_null(out, "label", device.label);
        emit_base32(out, "device", BYTES_OF(device.device.bytes));
        rpc_overview_emit_fingerprint(&device.device, out);
        emit_bool(out, "self", device.self);
        emit_bool(out, "online", device.online);
        emit_time(out, "since", device.since_ms);
        emit_time(out, "last_seen", device.last_seen_ms);
        emit_bool(out, "linked", device.linked);
        emit_base32_or_null(out, "added_by", BYTES_OF(device.added_by.bytes));
        emit_close(out, '}');
    }
    emit_close(out, ']');
}

void rpc_overview_peers(struct rpc_call *call, struct buffer *out)
{
    const struct node *node = node_of(call);
    struct node_peer peer;
    char address[ADDRESS_TEXT_SIZE];

    if (!rpc_params_end(&call->params))
        return;
    emit_open(out, "peers", '[');
    for (size_t i = 0; node_peer_at(node, i, &peer); i++) {
        emit_open(out, NULL, '{');
        emit_string(out, "address", address_format(&peer.address, address));
        emit_bool(out, "by_hand", peer.by_hand);
        emit_bool(out, "connected", peer.connected);
        emit_base32_or_null(out, "device", BYTES_OF(peer.device.bytes));
        emit_text_or_null(out, "name", rpc_names_of_device(node, &peer.device));
        emit_number(out, "next_dial_in_ms", peer.next_dial_in_ms);
        emit_close(out, '}');
    }
    emit_close(out, ']');
}

/* ---------------------------------------------------------------- clocks */

static void emit_clock_row(void *arg, const struct hash *log, uint64_t seq)
{
    struct buffer *out = arg;

    emit_open(out, NULL, '{');
    emit_base32(out, "log", BYTES_OF(log->bytes));
    emit_digits(out, "seq", seq);
    emit_close(out, '}');
}

void rpc_overview_clock(struct rpc_call *call, struct buffer *out)
{
    struct bytes target = rpc_params_text(&call->params, "group", RPC_REQUIRED);
    uint32_t group;

    if (!rpc_params_end(&call->params))
        return;
    enum error err = rpc_names_find_group(node_of(call), target, &group);
    rpc_error_refuse(&call->failure, err);
    if (err)
        return;
    emit_open(out, "clock", '[');
    node_clock(node_of(call), group, emit_clock_row, out);
    emit_close(out, ']');
}
