/* SPDX-License-Identifier: MIT
 * The chat of two people: nobody founds it, nobody administers it, and its members are their devices in the workspace.
 * Who writes first seals its first key.  PROTOCOL.md, "Direct chats". */
#pragma once
#include "core/state.h"

void direct_id(const struct hash *workspace, const struct person_id people[2], struct hash *ret); /* in either order */

/* The chat with `person`, begun if need be.  ERR_NO_KEY: who is who here has not arrived yet; ERR_NOT_FOUND: nobody of
 * that id is in the workspace; ERR_USAGE: that is oneself; ERR_LIMIT: too many groups. */
MUST_USE enum error direct_open(struct node *node, const struct person_id *person, struct group **ret);
/* The chat of that id that the device at the other end may be the first to tell of, begun now.  NULL: it is none. */
struct group *direct_expect(struct node *node, const struct link *link, const struct hash *id);
/* The person at the other end of a direct chat. */
const struct person_id *direct_partner(const struct node *node, const struct group *group);
