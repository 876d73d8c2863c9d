/* SPDX-License-Identifier: MIT
 * What nodes with the same entries must agree about. */
#pragma once
#include "world.h"

enum matter { MATTER_CLOCK, MATTER_MESSAGES, MATTER_PEOPLE, MATTER_TITLE };

/* Appends all that this host shows of it. */
void agree_describe(struct host *host, uint32_t group, enum matter matter, struct buffer *out);
/* It runs, and is in a workspace. */
bool agree_takes_part(const struct host *host);
/* The groups besides the workspace: names a host and one that it takes for a member, which do not show the same. */
bool agree_differs_in_groups(struct world *world, struct host **ret_a, struct host **ret_b, enum matter *ret);
