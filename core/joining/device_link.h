/* SPDX-License-Identifier: MIT
 * A further device of a person, brought in by one that he has (LINK): the device that makes the code and the new one.
 * PROTOCOL.md, "Linking":  new device dials under the code's psk;  linking one: OFFER;  new: CONSENT;  linking one
 * commits LINK and keys, in the workspace and in each chat, and "code used" together, then WELCOME. */
#pragma once
#include "core/state.h"

/* Whether this device may bring in another.  ERR_NO_WORKSPACE; ERR_NO_KEY: what it needs has not arrived;
 * ERR_NOT_PERMITTED: it is no full member, or was brought in by one that was brought in; ERR_LIMIT: it has brought in
 * as many as it may. */
MUST_USE enum error device_link_check(const struct node *node);

/* The linking device's side. */
MUST_USE enum error device_link_offer(struct node *node, struct link *link);
/* Writes what brings the device in; nothing if that was done before.  ERR_MALFORMED, ERR_BAD_SIGNATURE;
 * ERR_MAY_NOT_ADMIT: not any more, or it is somebody else's. */
MUST_USE enum error device_link_bring_in(struct node *node, struct link *link, const struct wire_message *consent);

/* The new device's side. */
void device_link_answer(struct node *node, struct link *link, const struct wire_message *offer);
/* With the workspace: begins the chats that were offered. */
void device_link_begin_chats(struct node *node);
