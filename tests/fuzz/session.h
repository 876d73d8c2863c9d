/* SPDX-License-Identifier: MIT
 * Mallory's side of a session: her connections to Alice, and what she has said on them. */
#pragma once
#include "forge.h"

#define SESSION_CALLERS 3

struct session {
    struct scene scene;
    struct forge forge;
    struct script script;
    struct caller callers[SESSION_CALLERS], *caller; /* who speaks */
    struct buffer items;                             /* for the next ENTRIES or TAIL */
    uint8_t flip_at, flip;                           /* laid over the next frame */
    bool is_crowded;                                 /* she has brought more people than may all be linked */
};

void session_call(struct session *session, const struct sign_public *device, const struct sign_secret *secret);
void session_hang_up(struct session *session);
void session_say_plain(struct session *session, const struct buffer *plain);
void session_say(struct session *session, const struct wire_message *message);

/* The entries of a line, or a part of them, as a node would send them: LOG, ENTRIES. */
void session_hand_out(struct session *session);
/* Newest entries in a TAIL. */
void session_hand_out_tail(struct session *session);
/* Payloads that nobody asked for. */
void session_hand_out_payloads(struct session *session);
/* What Alice asked for last on this connection, more or less. */
void session_answer(struct session *session);
