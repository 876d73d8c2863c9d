/* SPDX-License-Identifier: MIT
 * Finding out what the other has: one digest, then digests by group, then rows (HAVE) of what changed.
 * PROTOCOL.md, "Replication". */
#pragma once
#include "core/state.h"

/* BLAKE2b-256 over (group ‖ digest) of all groups that the device at the other end may know of, by ascending group. */
void compare_digest_all(struct node *node, const struct link *link, struct hash *ret);
void compare_hello(struct node *node, struct link *link, const struct hash *digest);
MUST_USE enum error compare_digests(struct node *node, struct link *link, struct bytes rows);
MUST_USE enum error compare_have(struct node *node, struct link *link, const struct wire_message *message);
/* One HAVE_ROW of the peer's.  Its log, created if need be; NULL: a row that is not used, or
 * that goes another way than ours (probe.h). */
struct log *compare_note_row(struct node *node, struct link *link, struct group *group, enum log_kind kind,
                             const uint8_t *row);
/* HAVE: the rows that the peer was not told yet on this link; all of them where it was told everything. */
void compare_tell(struct node *node, struct link *link, const struct group *group, bool ask);
/* Every second or so: a digest to up to three links. */
void compare_time(struct node *node);
/* A batch is durable: whoever became a member of a group by it is told of that group. */
void compare_durable(struct node *node, uint64_t batch);

/* Content goes to current members only. */
bool compare_may_read(const struct node *node, const struct group *group, const struct link *link);
/* Of a group nobody but its members may learn anything; of the workspace whoever holds its key gets the governance,
 * which may tell that he is a member. */
bool compare_may_know(const struct node *node, const struct group *group, const struct link *link);
bool compare_may_have(const struct node *node, const struct log *log, const struct link *link); /* by its kind */
