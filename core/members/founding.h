/* SPDX-License-Identifier: MIT
 * New groups: a root key, GENESIS with this device as admin, the first epoch, and a name, all in one batch. */
#pragma once
#include "core/state.h"

/* Also the founder's own name.  The root key lies under the passphrase; an empty one: under the store key alone.
 * ERR_NO_IDENTITY; ERR_EXISTS: this node is in one; ERR_NAME_BAD; ERR_CRYPTO: not enough memory for the passphrase. */
MUST_USE enum error founding_workspace(struct node *node, struct bytes name, struct bytes root_passphrase);

/* A chat of some people of the workspace, for now of this device alone; `name` and `folder` are clean.  ERR_NO_KEY:
 * this device is no member of the workspace yet; ERR_LIMIT: in as many groups as a node may be. */
MUST_USE enum error founding_chat(struct node *node, struct bytes name, struct bytes folder, bool is_private,
                                  struct group **ret);

/* Appends the payload of a group's GENESIS.  ERR_NOT_FOUND: it is not here. */
MUST_USE enum error founding_genesis(const struct node *node, const struct group *group, struct buffer *out);
