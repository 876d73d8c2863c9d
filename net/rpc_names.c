/* SPDX-License-Identifier: MIT */
#include "rpc_names.h"
#include "core/base/words.h"
#include "rpc_state.h"

#define ID_TEXT_SIZE 52

static bool find_by_id(const struct node *node, struct bytes text, struct node_group *ret)
{
    struct buffer id = {0};
    bool found = false;

    if (text.size == ID_TEXT_SIZE && base32_decode(text, &id) == OK)
        for (size_t i = 0; !found && node_group_at(node, i, ret); i++)
            found = bytes_equal(buffer_bytes(&id), BYTES_OF(ret->id.bytes));
    buffer_done(&id);
    return found;
}

/* Nobody may have written there yet. */
static enum error find_direct(const struct node *node, struct bytes name, struct rpc_chat *ret)
{
    struct node_direct direct;
    enum error err = node_find_direct(node, name, &direct);

    if (!err)
        *ret = (struct rpc_chat){direct.group, direct.id, direct.person, direct.name};
    return err;
}

static enum error find_by_name(const struct node *node, struct bytes name, struct rpc_chat *ret)
{
    struct node_group group;
    uint32_t number;
    enum error err = node_find_group(node, name, &number);

    for (size_t i = 0; !err && node_group_at(node, i, &group); i++)
        if (group.number == number) {
            *ret = (struct rpc_chat){.group = number, .id = group.id};
            return OK;
        }
    return err ? err : ERR_NOT_FOUND;
}

enum error rpc_names_find_chat(const struct node *node, struct bytes target, struct rpc_chat *ret)
{
    struct node_group group;

    if (target.size && target.data[0] == '@')
        return find_direct(node, (struct bytes){target.data + 1, target.size - 1}, ret);
    if (find_by_id(node, target, &group)) {
        *ret = (struct rpc_chat){.group = group.number, .id = group.id};
        return OK;
    }
    enum error err = find_by_name(node, target, ret);
    return err == ERR_NOT_FOUND && target.size == ID_TEXT_SIZE ? find_direct(node, target, ret) : err;
}

enum error rpc_names_find_group(const struct node *node, struct bytes target, uint32_t *ret)
{
    struct rpc_chat chat;
    enum error err = rpc_names_find_chat(node, target, &chat);

    if (!err)
        *ret = chat.group;
    return err;
}

struct hash rpc_names_group_id(struct rpc *rpc, uint32_t number)
{
    struct node_group group;

    for (size_t i = 0; rpc->known_group != number && node_group_at(rpc->options.node, i, &group); i++) {
        if (group.number != number)
            continue;
        rpc->known_group = number;
        rpc->known_group_id = group.id;
    }
    return rpc->known_group == number ? rpc->known_group_id : (struct hash){0};
}

struct bytes rpc_names_of_device(const struct node *node, const struct sign_public *device)
{
    struct node_info info;
    struct node_person person;

    node_info(node, &info);
    for (size_t i = 0; info.has_workspace && node_person_at(node, info.workspace, i, &person); i++)
        if (bytes_equal(BYTES_OF(person.device.bytes), BYTES_OF(device->bytes)))
            return person.name;
    return (struct bytes){0};
}

const char *rpc_names_role(enum role role)
{
    switch (role) {
    case ROLE_ADMIN:
        return "admin";
    case ROLE_MEMBER:
        return "member";
    case ROLE_READER:
        return "reader";
    case ROLE_CARRIER:
        return "carrier";
    case ROLE_ARCHIVE:
        return "archive";
    }
    return "unknown";
}

const char *rpc_names_verification(enum verification verification)
{
    switch (verification) {
    case VERIFICATION_NONE:
        return "unverified";
    case VERIFICATION_VERIFIED:
        return "verified";
    case VERIFICATION_CHANGED:
        return "changed";
    case VERIFICATION_SELF:
        return "self";
    }
    return "unverified";
}
