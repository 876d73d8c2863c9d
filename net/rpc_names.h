/* SPDX-License-Identifier: MIT
 * What people call things, and what the node calls them. */
#pragma once
#include "core/node_query.h"

struct rpc;

/* What people mean by a target: a group by its name or its id in base32, or "@NAME", the chat with a person. */
struct rpc_chat {
    uint32_t group; /* 0: a chat with a person in which nobody has written yet */
    struct hash id; /* of that group, now or later */
    struct person_id person;
    struct bytes name; /* of the person; borrowed */
};
/* ERR_NOT_FOUND; ERR_USAGE: "@" and one's own name. */
MUST_USE enum error rpc_names_find_chat(const struct node *node, struct bytes target, struct rpc_chat *ret);
/* Its number alone. */
MUST_USE enum error rpc_names_find_group(const struct node *node, struct bytes target, uint32_t *ret);
/* Zero while the group is unknown. */
struct hash rpc_names_group_id(struct rpc *rpc, uint32_t number);
/* The name of the person whose device this is, in the workspace's roster; empty when unknown; borrowed. */
struct bytes rpc_names_of_device(const struct node *node, const struct sign_public *device);
const char *rpc_names_role(enum role role);
const char *rpc_names_verification(enum verification verification);
