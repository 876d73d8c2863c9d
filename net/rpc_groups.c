/* SPDX-License-Identifier: MIT */
#include "rpc_groups.h"
#include "emit.h"
#include "rpc_names.h"
#include "rpc_overview.h"
#include "rpc_state.h"
#include <stdlib.h>

static const struct node *node_of(const struct rpc_call *call)
{
    return call->rpc->options.node;
}

/* ---------------------------------------------------------------- listing */

static int compare_persons(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct person_id));
}

/* Persons, not devices. */
static size_t count_members(const struct node *node, uint32_t group)
{
    struct buffer ids = {0};
    struct node_person person;
    size_t devices = 0, persons = 0;

    for (; node_person_at(node, group, devices, &person); devices++)
        buffer_append(&ids, BYTES_OF(person.person.bytes));
    if (devices > 0)
        qsort(ids.data, devices, sizeof person.person, compare_persons);
    for (size_t i = 0; i < devices; i++) {
        const uint8_t *id = ids.data + i * sizeof person.person;
        persons += i == 0 || compare_persons(id - sizeof person.person, id) != 0;
    }
    buffer_done(&ids);
    return persons;
}

static const char *kind_word(enum group_kind kind)
{
    switch (kind) {
    case GROUP_WORKSPACE:
        return "workspace";
    case GROUP_CHAT:
        return "group";
    case GROUP_DIRECT:
        return "direct";
    }
    return "unknown";
}

/* As people call it: a chat of two after the other one. */
static void emit_name(enum group_kind kind, struct bytes name, struct buffer *out)
{
    struct buffer called = {0};

    if (kind == GROUP_DIRECT && name.size)
        buffer_append_byte(&called, '@');
    buffer_append(&called, name);
    emit_text_or_null(out, "name", buffer_bytes(&called));
    buffer_done(&called);
}

/* Members of an object. */
static void emit_group(const struct node *node, const struct node_group *group, struct buffer *out)
{
    emit_base32(out, "group", BYTES_OF(group->id.bytes));
    emit_name(group->kind, group->name, out);
    emit_string(out, "kind", kind_word(group->kind));
    emit_base32_or_null(out, "person", BYTES_OF(group->partner.bytes));
    emit_text(out, "folder", group->folder);
    emit_bool(out, "private", group->is_private);
    emit_bool(out, "admitted", group->is_member);
    emit_bool(out, "left", group->has_left);
    emit_bool(out, "entered", group->is_entered);
    emit_bool(out, "by_workspace", group->by_workspace);
    emit_string(out, "role", rpc_names_role(group->role));
    emit_number(out, "members", count_members(node, group->number));
    emit_number(out, "logs", group->logs);
    emit_bool(out, "needs_instance", group->subs >= SUBS_WARN);
    emit_bool(out, "needs_newer", group->needs_newer);
    emit_digits(out, "missing", group->missing);
    emit_digits(out, "payloads_missing", group->payloads_missing);
    emit_digits(out, "received", group->received);
    if (group->is_member && group->role == ROLE_CARRIER)
        emit_digits(out, "carried", group->carried);
    else
        emit_null(out, "carried");
    emit_bool(out, "has_key", group->has_key);
    emit_number(out, "waiting_for_key", group->held);
}

void rpc_groups_emit(const struct node *node, struct buffer *out)
{
    struct node_group group;

    emit_open(out, "groups", '[');
    for (size_t i = 0; node_group_at(node, i, &group); i++) {
        emit_open(out, NULL, '{');
        emit_group(node, &group, out);
        emit_close(out, '}');
    }
    emit_close(out, ']');
}

static void emit_invitations(const struct node *node, struct buffer *out)
{
    struct node_invitation invitation;

    emit_open(out, "invitations", '[');
    for (size_t i = 0; node_invitation_at(node, i, &invitation); i++) {
        emit_open(out, NULL, '{');
        emit_base32(out, "group", BYTES_OF(invitation.group.bytes));
        emit_text(out, "name", invitation.name);
        emit_text(out, "inviter", invitation.inviter);
        emit_base32_or_null(out, "person", BYTES_OF(invitation.person.bytes));
        emit_base32(out, "device", BYTES_OF(invitation.device.bytes));
        rpc_overview_emit_fingerprint(&invitation.device, out);
        emit_bool(out, "private", invitation.is_private);
        emit_string(out, "role", rpc_names_role(invitation.carries ? ROLE_CARRIER : ROLE_MEMBER));
        emit_bool(out, "declined", invitation.declined);
        emit_close(out, '}');
    }
    emit_close(out, ']');
}

void rpc_groups_list(struct rpc_call *call, struct buffer *out)
{
    if (!rpc_params_end(&call->params))
        return;
    rpc_groups_emit(node_of(call), out);
    emit_invitations(node_of(call), out);
}

/* ---------------------------------------------------------------- finding */

static bool find_by_number(const struct node *node, uint32_t number, struct node_group *ret)
{
    for (size_t i = 0; node_group_at(node, i, ret); i++)
        if (ret->number == number)
            return true;
    return false;
}

void rpc_groups_find(struct rpc_call *call, struct buffer *out)
{
    struct bytes target = rpc_params_text(&call->params, "target", RPC_REQUIRED);
    struct node_group group;
    struct node_info info;
    struct rpc_chat chat;

    if (!rpc_params_end(&call->params))
        return;
    node_info(node_of(call), &info);
    enum error err = info.has_workspace ? rpc_names_find_chat(node_of(call), target, &chat) : ERR_NO_WORKSPACE;
    rpc_error_refuse(&call->failure, err);
    if (err)
        return;
    if (!find_by_number(node_of(call), chat.group, &group))
        group = (struct node_group){.kind = GROUP_DIRECT, .name = chat.name, .partner = chat.person};
    emit_base32(out, "group", BYTES_OF(chat.id.bytes));
    emit_name(group.kind, group.name, out);
    emit_string(out, "kind", kind_word(group.kind));
    emit_base32_or_null(out, "person", BYTES_OF(group.partner.bytes));
}

/* ---------------------------------------------------------------- one of them */

static void emit_invited(const struct node *node, uint32_t group, struct buffer *out)
{
    struct node_invitee invitee;

    emit_open(out, "invited", '[');
    for (size_t i = 0; node_invitee_at(node, group, i, &invitee); i++) {
        emit_open(out, NULL, '{');
        emit_base32(out, "person", BYTES_OF(invitee.person.bytes));
        emit_text(out, "name", invitee.name);
        emit_base32(out, "device", BYTES_OF(invitee.device.bytes));
        emit_string(out, "role", rpc_names_role(invitee.carries ? ROLE_CARRIER : ROLE_MEMBER));
        emit_bool(out, "declined", invitee.declined);
        emit_close(out, '}');
    }
    emit_close(out, ']');
}

static void emit_hidden(const struct node *node, uint32_t group, struct buffer *out)
{
    struct node_hidden hidden;

    emit_open(out, "hidden", '[');
    for (size_t i = 0; node_hidden_at(node, group, i, &hidden); i++) {
        emit_open(out, NULL, '{');
        emit_base32(out, "log", BYTES_OF(hidden.log.bytes));
        emit_base32(out, "device", BYTES_OF(hidden.device.bytes));
        emit_base32_or_null(out, "person", BYTES_OF(hidden.person.bytes));
        emit_text(out, "name", hidden.name);
        emit_digits(out, "from", hidden.from);
        emit_digits(out, "count", hidden.count);
        emit_close(out, '}');
    }
    emit_close(out, ']');
}

void rpc_groups_show(struct rpc_call *call, struct buffer *out)
{
    const struct node *node = node_of(call);
    struct bytes target = rpc_params_text(&call->params, "group", RPC_REQUIRED);
    struct node_group group;
    uint32_t number;

    if (!rpc_params_end(&call->params))
        return;
    enum error err = rpc_names_find_group(node, target, &number);
    if (!err && !find_by_number(node, number, &group))
        err = ERR_NOT_FOUND;
    rpc_error_refuse(&call->failure, err);
    if (err)
        return;
    emit_group(node, &group, out);
    rpc_overview_emit_persons(node, number, out);
    emit_invited(node, number, out);
    emit_hidden(node, number, out);
}
