/* SPDX-License-Identifier: MIT */
#include "rpc_group_commands.h"
#include "core/base/text.h"
#include "core/base/words.h"
#include "core/node_query.h"
#include "emit.h"
#include "rpc_names.h"
#include "rpc_root.h"
#include "rpc_state.h"

static const struct node *node_of(const struct rpc_call *call)
{
    return call->rpc->options.node;
}

/* "Anna" or "@Anna"; also oneself. */
static enum error add_person(const struct node *node, struct bytes name, struct command *ret)
{
    struct node_direct direct;
    struct node_info info;

    if (name.size && name.data[0] == '@')
        name = (struct bytes){name.data + 1, name.size - 1};
    enum error err = node_find_direct(node, name, &direct);
    if (err && err != ERR_USAGE)
        return err;
    node_info(node, &info);
    ret->group.persons[ret->group.person_count++] = err ? info.person : direct.person;
    return OK;
}

void rpc_group_commands_create(struct rpc_call *call, struct command *ret)
{
    struct rpc_params *params = &call->params;
    enum error err = OK;

    ret->type = COMMAND_GROUP_CREATE;
    ret->name = rpc_params_text(params, "name", RPC_REQUIRED);
    ret->group.folder = rpc_params_text(params, "folder", RPC_OPTIONAL);
    ret->group.is_private = rpc_params_bool(params, "private");
    json_t *members = rpc_params_strings(params, "members", GROUP_PERSONS_MAX);
    if (!rpc_params_end(params))
        return;
    for (size_t i = 0; i < json_array_size(members) && !err; i++)
        err = add_person(node_of(call), BYTES_TEXT(json_string_value(json_array_get(members, i))), ret);
    rpc_error_refuse(&call->failure, err);
}

void rpc_group_commands_created(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                                struct buffer *out)
{
    struct hash id = rpc_names_group_id(rpc, reply->group);

    (void)pending;
    emit_base32_or_null(out, "group", BYTES_OF(id.bytes));
}

/* The params "group" and "person"; the last to be read. */
static void read_group_and_person(struct rpc_call *call, struct command *ret)
{
    struct bytes group = rpc_params_text(&call->params, "group", RPC_REQUIRED);
    struct bytes person = rpc_params_text(&call->params, "person", RPC_REQUIRED);

    if (!rpc_params_end(&call->params))
        return;
    enum error err = rpc_names_find_group(node_of(call), group, &ret->group.number);
    rpc_error_refuse(&call->failure, err ? err : add_person(node_of(call), person, ret));
}

void rpc_group_commands_add(struct rpc_call *call, struct command *ret)
{
    static const char *const words[] = {"member", "carrier", NULL};

    ret->type = COMMAND_GROUP_ADD;
    ret->role = rpc_params_word(&call->params, "role", words, 0) ? ROLE_CARRIER : ROLE_MEMBER;
    read_group_and_person(call, ret);
}

void rpc_group_commands_remove(struct rpc_call *call, struct command *ret)
{
    ret->type = COMMAND_GROUP_REMOVE;
    rpc_root_read_passphrase(call, "passphrase", ret);
    read_group_and_person(call, ret);
}

void rpc_group_commands_role(struct rpc_call *call, struct command *ret)
{
    static const char *const words[] = {"admin", "member", "reader", "carrier", NULL};

    ret->type = COMMAND_GROUP_ROLE;
    const size_t none = sizeof words / sizeof *words - 1;
    size_t role = rpc_params_word(&call->params, "role", words, none);
    if (role == none)
        rpc_params_refuse(&call->params, "role", "be given");
    else
        ret->role = (enum role)(ROLE_ADMIN + role);
    rpc_root_read_passphrase(call, "passphrase", ret);
    read_group_and_person(call, ret);
}

void rpc_group_commands_leave(struct rpc_call *call, struct command *ret)
{
    struct bytes group = rpc_params_text(&call->params, "group", RPC_REQUIRED);

    ret->type = COMMAND_GROUP_LEAVE;
    if (rpc_params_end(&call->params))
        rpc_error_refuse(&call->failure, rpc_names_find_group(node_of(call), group, &ret->group.number));
}

void rpc_group_commands_left(struct rpc *rpc, const struct rpc_pending *pending, const struct effect *reply,
                             struct buffer *out)
{
    (void)rpc, (void)pending;
    emit_number(out, "remaining", reply->remaining);
}

void rpc_group_commands_rename(struct rpc_call *call, struct command *ret)
{
    struct bytes group = rpc_params_text(&call->params, "group", RPC_REQUIRED);

    ret->type = COMMAND_GROUP_RENAME;
    ret->name = rpc_params_text(&call->params, "name", RPC_REQUIRED);
    if (rpc_params_end(&call->params))
        rpc_error_refuse(&call->failure, rpc_names_find_group(node_of(call), group, &ret->group.number));
}

/* ---------------------------------------------------------------- invitations */

static bool is_id_of(const struct node_invitation *invitation, struct bytes text)
{
    struct buffer id = {0};

    base32_encode(BYTES_OF(invitation->group.bytes), &id);
    bool same = bytes_equal(buffer_bytes(&id), text);
    buffer_done(&id);
    return same;
}

static enum error find_invitation(const struct node *node, struct bytes text, struct hash *ret)
{
    struct node_invitation invitation;
    size_t called_so = 0;

    for (size_t i = 0; node_invitation_at(node, i, &invitation); i++) {
        bool is_meant = is_id_of(&invitation, text);
        if (!is_meant && !text_same_name(invitation.name, text))
            continue;
        *ret = invitation.group;
        if (is_meant)
            return OK;
        called_so++;
    }
    return called_so == 1 ? OK : called_so ? ERR_NAME_AMBIGUOUS : ERR_NOT_FOUND;
}

static void prepare_answer(struct rpc_call *call, enum command_type type, struct command *ret)
{
    struct bytes text = rpc_params_text(&call->params, "group", RPC_REQUIRED);

    ret->type = type;
    if (!rpc_params_end(&call->params))
        return;
    enum error err = find_invitation(node_of(call), text, &ret->group.id);
    if (err)
        rpc_error_refuse(&call->failure, err);
}

void rpc_group_commands_accept(struct rpc_call *call, struct command *ret)
{
    prepare_answer(call, COMMAND_GROUP_ACCEPT, ret);
}

void rpc_group_commands_decline(struct rpc_call *call, struct command *ret)
{
    prepare_answer(call, COMMAND_GROUP_DECLINE, ret);
}
