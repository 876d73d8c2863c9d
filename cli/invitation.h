/* SPDX-License-Identifier: MIT
 * An invitation, as whoever invites says it to the next person. */
#pragma once
#include <jansson.h>
#include <stdio.h>

/* The result of invite.create: the words, until when they are good, and what to do with them. */
void invitation_print(FILE *stream, const json_t *invitation);
