/* SPDX-License-Identifier: MIT
 * Fetching what is missing: each log from one peer at a time, governance first.  PROTOCOL.md, "Replication". */
#pragma once
#include "core/state.h"

/* End of a step: finds a source for every log that lacks something, where anything changed (group->wants_dirty). */
void fetch_schedule(struct node *node);
MUST_USE enum error fetch_end(struct node *node, struct link *link, const struct wire_message *message);
/* Leaves sources that owe something and have said nothing for 3 s. */
void fetch_time(struct node *node);
void fetch_link_gone(struct node *node, struct link *link);

/* `link` announced live entries of `log`: it becomes the source, and fetch_send_live() asks it.  False: nothing is
 * missing, another one is asked, or so much is missing that it is no longer live. */
bool fetch_announced(struct node *node, struct log *log, struct link *link);
void fetch_send_live(struct node *node, struct link *link, const struct group *group);
/* Another open link than the source that has more of `log`; NULL: none. */
struct link *fetch_other_source(const struct node *node, const struct log *log);
/* Nobody is asked any more for content of the group that has not come. */
void fetch_stop_content(struct node *node, struct group *group);
void fetch_leave(struct log *log); /* its source */
