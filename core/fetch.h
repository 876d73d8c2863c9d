/* SPDX-License-Identifier: MIT
 * Fetching what is missing: each log from one peer at a time, governance first.  PROTOCOL.md, "Replication". */
#pragma once
#include "state.h"

/* End of a step: finds a source for every log that lacks something, where anything changed (group->wants_dirty). */
void fetch_schedule(struct node *node);
MUST_USE enum error fetch_end(struct node *node, struct link *link, const struct wire_message *message);
/* Leaves sources that owe something and have said nothing for 3 s. */
void fetch_time(struct node *node);
void fetch_link_gone(struct node *node, struct link *link);
