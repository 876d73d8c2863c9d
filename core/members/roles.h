/* SPDX-License-Identifier: MIT
 * What the members of a group may do: admin by a GRANT of its root, which a REVOKE takes back; member, reader or
 * carrier by an ADD.  And leaving.  PROTOCOL.md, "Governance". */
#pragma once
#include "core/state.h"

/* Gives all devices of a person that role, in one batch.  `passphrase`: of the group's root key, if one is needed and
 * it has one.  ERR_NOT_FOUND: no member; ERR_NEEDS_NEWER; ERR_NOT_PERMITTED: this device is no admin; ERR_NO_ROOT,
 * ERR_PRIVATE_GROUP, ERR_NO_PASSPHRASE, ERR_BAD_PASSPHRASE: it is one, but only the root makes admins, or takes it
 * back; ERR_LAST_ADMIN; ERR_EXISTS: he has that role; ERR_CARRIER: in the workspace he is a carrier, so he can be
 * nothing else in a group; ERR_USAGE: a chat of two.  On errors nothing is written. */
MUST_USE enum error roles_set(struct node *node, struct group *group, const struct person_id *person, enum role role,
                              struct bytes passphrase);
/* Takes back what the root granted to the person, if this device holds the root key, so that an admin may remove him.
 * Errors as above. */
MUST_USE enum error roles_revoke(struct node *node, struct group *group, const struct person_id *person,
                                 struct bytes passphrase);
/* Whether he is an admin there, and others are members, none of them an admin. */
bool roles_is_last_admin(const struct group *group, const struct person_id *person);
