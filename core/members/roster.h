/* SPDX-License-Identifier: MIT
 * Who belongs to a group: what its governance says (governance.h), and what this process knows of its members besides.
 */
#pragma once
#include "core/state.h"

/* `workspace`: NULL for the workspace's own; borrowed, and must live longer. */
void roster_init(struct roster *roster, const struct governance_scope *scope, const struct governance *workspace);
void roster_done(struct roster *roster); /* a zeroed one is fine */

/* Notes an accepted kind-0 entry of the log `author`.  `flags` are the entry's stored flags; ENTRY_FLAG_CONSENT saves
 * verifying the member's own signature again, and is set in *flags when it verifies.  ERR_NOT_FOUND: the entry before
 * it was not noted. */
MUST_USE enum error roster_note(struct roster *roster, const struct log_name *author, const struct entry *entry,
                                uint32_t *flags);
/* Evaluates what was noted.  True when members changed.  A group's after its workspace's. */
bool roster_evaluate(struct roster *roster);

/* This device was removed, as an admin tells it: the REMOVE itself is not given to it any more.  Should that come all
 * the same, the rules decide.  False: it has come, or enough were told. */
#define PARTINGS_MAX 64u
bool roster_part(struct roster *roster, const struct sign_public *device, const struct parting *parting);

/* Current members. */
const struct member *roster_find(const struct roster *roster, const struct sign_public *device);
const struct member *roster_person(const struct roster *roster, const struct person_id *person); /* its first device */
bool roster_is_admin(const struct roster *roster, const struct sign_public *device);

/* Whether this device was a member, and was removed or has left. */
bool roster_has_left(const struct roster *roster, const struct sign_public *device);

/* Who writes, or wrote, a log: also one who was removed since.  False: no entry that counts brings it in. */
bool roster_author(const struct roster *roster, const struct log_name *log, struct member *ret);
