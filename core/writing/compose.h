/* SPDX-License-Identifier: MIT
 * Writing own entries: clock, causes, sealing, signature; into this step's batch and, when that is durable, to all
 * linked members. */
#pragma once
#include "core/state.h"

/* A governance entry of this device; `payload` in the clear.  Returns its id. */
struct hash compose_governance(struct node *node, struct group *group, enum entry_type type, struct bytes payload);
/* A content entry; `plain` is sealed under the key of sealing_provide().  `answers` may be NULL.  ERR_NO_KEY;
 * ERR_TOO_BIG. */
MUST_USE enum error compose_content(struct node *node, struct group *group, enum entry_type type, struct bytes plain,
                                    const struct dep *answers, uint64_t answers_hlc, struct message_ref *ret);
/* The next entry of a root's log, signed by the root key.  Whether this device may go on there: root_log.h. */
void compose_root(struct node *node, struct group *group, const struct log_name *name, const struct sign_secret *root,
                  enum entry_type type, struct bytes payload);
