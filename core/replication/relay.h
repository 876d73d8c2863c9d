/* SPDX-License-Identifier: MIT
 * Live entries in an office where the author has no link to everybody: whoever gets one for the first time announces it
 * to its other links once it is durable, and each node asks one of those that announced it to it, the next after
 * 200 ms.  So a payload comes to each node once.  PROTOCOL.md, "Live". */
#pragma once
#include "core/state.h"

struct relay *relay_new(void);
void relay_free(struct relay *relay); /* NULL is fine */

/* An entry of `log` was accepted that others may not have. */
void relay_note(struct log *log, uint64_t seq);
/* `log` is durable up to durable_seq. */
void relay_durable(struct node *node, struct log *log);
/* ANNOUNCE. */
MUST_USE enum error relay_announced(struct node *node, struct link *link, const struct wire_message *message);
void relay_time(struct node *node);
void relay_forget(struct node *node); /* the logs are gone */
