/* SPDX-License-Identifier: MIT
 * What Mallory's governance entries carry. */
#pragma once
#include "forge.h"

/* The payload of a kind-0 entry of that type in that group, as the script wants it. */
void forge_decree(const struct forge *forge, const struct hash *group, struct script *script, uint64_t type,
                  struct buffer *out);
