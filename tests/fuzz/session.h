/* SPDX-License-Identifier: MIT
 * Mallory's side of a session: her connections to Alice, and what she has said on them. */
#pragma once
#include "forge.h"

#define SESSION_CALLERS 4

struct session {
    struct scene scene;
    struct forge forge;
    struct script script;
    struct caller callers[SESSION_CALLERS], *caller; /* who speaks */
    struct buffer items;                             /* for the next ENTRIES or TAIL */
    uint8_t flip_at, flip;                           /* laid over the next frame */
    bool is_crowded;                                 /* she has brought more people than may all be linked */
    bool has_guests;                                 /* and her two guests */
};

void session_call(struct session *session, const struct sign_public *device, const struct sign_secret *secret);
void session_hang_up(struct session *session);
void session_say_plain(struct session *session, const struct buffer *plain);
void session_say(struct session *session, const struct wire_message *message);
void session_say_hello(struct session *session, uint8_t home);

/* The entries of a line, or a part of them, as a node would send them: LOG, ENTRIES. */
void session_hand_out(struct session *session);
/* All of a line. */
void session_tell(struct session *session, size_t line);
/* The entries of a line from that number on, as its author says them to all; the signature of the first or the last one
 * may be false. */
enum lie { LIE_NONE, LIE_LAST, LIE_FIRST, LIES };
void session_say_live(struct session *session, size_t line, uint64_t from, enum lie lie);
/* Newest entries in a TAIL. */
void session_hand_out_tail(struct session *session);
/* Payloads that nobody asked for. */
void session_hand_out_payloads(struct session *session);
/* What Alice asked for last on this connection, more or less. */
void session_answer(struct session *session);
