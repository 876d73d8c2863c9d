/* SPDX-License-Identifier: MIT */
#include "rpc_names.h"
#include "core/words.h"
#include "rpc_state.h"

#define ID_TEXT_SIZE 52

static bool find_group_by_id(const struct node *node, struct bytes text, uint32_t *ret)
{
    struct buffer id = {0};
    struct node_group group;
    bool found = false;

    if (text.size == ID_TEXT_SIZE && base32_decode(text, &id) == OK)
        for (size_t i = 0; !found && node_group_at(node, i, &group); i++)
            found = bytes_equal(buffer_bytes(&id), BYTES_OF(group.id.bytes));
    buffer_done(&id);
    if (found)
        *ret = group.number;
    return found;
}

enum error rpc_names_find_group(const struct node *node, struct bytes target, uint32_t *ret)
{
    return find_group_by_id(node, target, ret) ? OK : node_find_group(node, target, ret);
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
