/* SPDX-License-Identifier: MIT
 * Becoming somebody, founding a workspace, and letting others in by a code: both sides of an invitation.
 * PROTOCOL.md, "Joining":  joiner dials under the code's psk;  inviter: INVITED;  joiner: JOIN;  inviter commits ADD,
 * KEYSHARE, the name and "code used" together, then WELCOME;  joiner stores it, and comes back as a member.
 * For a further device of the inviter's person see device_link.h. */
#pragma once
#include "core/state.h"

MUST_USE enum error admit_load(struct node *node); /* identity and invites */
void admit_done(struct node *node);
void admit_command(struct node *node, const struct command *command);
void admit_settle(struct node *node); /* end of a step: answers a join that is complete */
void admit_time(struct node *node);   /* gives up joining at its deadline */

/* The inviter's side. */
MUST_USE enum error admit_greet_joiner(struct node *node, struct link *link);
MUST_USE enum error admit_join(struct node *node, struct link *link, const struct wire_message *message);
MUST_USE enum error admit_consented(struct node *node, struct link *link, const struct wire_message *message);
/* The joiner's side. */
MUST_USE enum error admit_invited(struct node *node, struct link *link, const struct wire_message *message);
MUST_USE enum error admit_offered(struct node *node, struct link *link, const struct wire_message *message);
MUST_USE enum error admit_welcome(struct node *node, const struct wire_message *message);
void admit_bye(struct node *node, struct link *link, enum error reason);
