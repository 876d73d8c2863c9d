/* SPDX-License-Identifier: MIT
 * Groups that people of an office make, and how they begin: for those who then forge what a member may say in them. */
#pragma once
#include "core/state.h"
#include "world.h"

/* As his own node knows him. */
struct person_id gathering_person(const struct world *world, const char *name);
/* A group with these guests, NULL-ended, who have some time to come in. */
MUST_USE enum error gathering_found(struct world *world, const char *founder, const char *name,
                                    const char *const *guests);
/* Answers the first invitation, if there is one: whom an admin of the office has invited is not asked. */
MUST_USE enum error gathering_accept(struct world *world, const char *name);
/* Appends the payload of the group's GENESIS, as that computer has it.  ERR_NOT_FOUND. */
MUST_USE enum error gathering_genesis(struct host *host, const struct group *group, struct buffer *out);
