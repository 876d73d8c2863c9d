/* SPDX-License-Identifier: MIT
 * Disks that come back as they were, and computers that are copied: from then on the logs of that device
 * may fork, and those of the roots whose keys it has. */
#pragma once
#include "world.h"

/* A second computer starts with what the first one's disk holds now; nobody tells it that it is a copy. */
struct host *world_clone(struct world *world, const char *name, const char *copy);
/* As world_restore(), but nothing tells the node that its disk is an older one. */
void world_roll_back(struct world *world, const char *name, const struct medium *backup);
