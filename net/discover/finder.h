/* SPDX-License-Identifier: MIT
 * Joins the parts: takes the node's orders, works with whichever back end there is, and tells the node what was found,
 * so much a second.
 *
 *     DAEMON: an avahi-daemon answers on the system bus
 *     EMBEDDED: none does, for 0.2 s after the start or for 3 s after one was lost (a restart takes less) */
#pragma once
#include "node_link.h"
#include <avahi-common/watch.h>

struct finder;

/* `poll` and `link` outlive it.  `loopback`: report services on loopback interfaces too. */
struct finder *finder_new(const AvahiPoll *poll, struct node_link *link, bool loopback, uint64_t now_ms);
void finder_free(struct finder *finder); /* withdraws what is published */

/* A message of the node.  false: not one that it may send. */
bool finder_handle(struct finder *finder, const struct discovery_message *message);

/* Does what is due; to be called after every turn of the loop, and at the latest at *due_ms, which it lowers.
 * false: the node is gone. */
MUST_USE bool finder_step(struct finder *finder, uint64_t now_ms, uint64_t *due_ms);

/* A line for the node's log, cut and made printable; dropped if there are too many in a second. */
void finder_log(struct finder *finder, const char *line);
