/* SPDX-License-Identifier: MIT
 * What brings people into groups: notes from Mallory to one of the others, and who is invited. */
#pragma once
#include "forge.h"

/* The content of a NOTE, sealed to whomever the script wants; `name` is called the group's. */
void forge_note(const struct forge *forge, struct script *script, struct bytes name, struct buffer *out);
/* The payload of a LETTER likewise, as to and from carriers: without a name. */
void forge_letter(const struct forge *forge, struct script *script, struct buffer *out);
/* Of an INVITEE. */
void forge_invitee(const struct forge *forge, struct script *script, struct buffer *out);
