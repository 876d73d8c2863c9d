/* SPDX-License-Identifier: MIT
 * Where a peer's log goes another way than ours: it holds an entry under a number and id that no log of ours does, and
 * it does not simply follow ours.  PROBE asks for the ids of up to 64 entries at a time until the last common one is
 * found; what comes behind it is wanted then, and taken where it belongs (branches.h).  Such a misfit is nobody's fault
 * but the writer's.  Per link and log one question at a time; per log one peer at a time is asked for entries.
 * PROTOCOL.md, "Forks". */
#pragma once
#include "core/state.h"

/* LOG says that this branch begins behind entry `base`.  Believed of what this peer has, until its first entry is here.
 */
void probe_told_base(struct link *link, const struct log *log, uint64_t base);
/* The peer's `log` has an entry `seq` with this id (first 8 bytes), which ours lacks. */
void probe_note(struct node *node, struct link *link, struct log *log, uint64_t seq, const uint8_t id[8]);
struct detour *probe_find(const struct link *link,
                          const struct log *log); /* NULL: it goes our way, as far as we know */

MUST_USE enum error probe_asked(struct node *node, struct link *link, const struct wire_message *message);
MUST_USE enum error probe_ids(struct node *node, struct link *link, const struct wire_message *message);
/* End of a step, with the group's other wants. */
void probe_schedule(struct node *node, struct group *group, enum log_kind kind);
void probe_end(struct link *link, struct log *log);
void probe_leave(struct node *node, struct link *link); /* it owes something and is silent: others first */
void probe_time(struct node *node);
void probe_forget(struct link *link, const struct log *log); /* it is no log of that group */
void probe_link_gone(struct link *link);
