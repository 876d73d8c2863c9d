/* SPDX-License-Identifier: MIT
 * Who belongs to a group: evaluated from the accepted kind-0 entries, whatever order they came in. */
#pragma once
#include "state.h"

void roster_done(struct roster *roster);

/* Notes an accepted kind-0 entry.  `is_root`: it stands in the group's root log.  `flags` are the entry's stored flags;
 * ENTRY_FLAG_CONSENT saves verifying the member's own signature again, and is set in *flags when it verifies. */
void roster_note(struct roster *roster, const struct hash *group, const struct sign_public *author, bool is_root,
                 const struct entry *entry, uint32_t *flags);
/* Evaluates what was noted.  True when members changed. */
bool roster_evaluate(struct roster *roster);

/* Of a direct chat: the members are those of the workspace that are devices of the two.  True when they changed. */
bool roster_derive(struct roster *roster, const struct roster *workspace, const struct person_id people[2]);

const struct member *roster_find(const struct roster *roster, const struct sign_public *device);
const struct member *roster_person(const struct roster *roster, const struct person_id *person); /* its first device */
bool roster_is_admin(const struct roster *roster, const struct sign_public *device);
