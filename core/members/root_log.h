/* SPDX-License-Identifier: MIT
 * Writing as a root: the group's own, or the workspace's as its second root.  A root log has one writer; whoever holds
 * the key and did not write its end here begins the next generation instead of going on.  PROTOCOL.md, "Roots". */
#pragma once
#include "core/state.h"

/* As whom to write. */
struct root_voice {
    struct group *of; /* whose root: the group to be written into, or the workspace */
    struct sign_public key;
    struct sign_secret secret;
};

/* The group's own root, where its key is here and still counts; else the workspace's.  `passphrase`: of the workspace's
 * root key; empty: none.  ERR_NO_ROOT; ERR_PRIVATE_GROUP: only its own root may; ERR_ROOT_HANDED_OVER: the key here is
 * an old one; ERR_NO_PASSPHRASE, ERR_BAD_PASSPHRASE.  On success root_voice_done() it. */
MUST_USE enum error root_voice_open(struct node *node, struct group *group, struct bytes passphrase,
                                    struct root_voice *ret);
/* The workspace's, whatever else is here; likewise. */
MUST_USE enum error root_voice_open_above(struct node *node, struct group *group, struct bytes passphrase,
                                          struct root_voice *ret);
/* Likewise, from a seed that may be another root's (ERR_OTHER_ROOT) or an older one's.  ERR_NO_KEY: GENESIS is not here
 * yet. */
MUST_USE enum error root_voice_of(struct group *group, const uint8_t seed[32], struct root_voice *ret);
void root_voice_done(struct root_voice *voice); /* wipes */

/* Writes an entry into the root log, in the newest generation, or in the next one where this device cannot go on in
 * that.  ERR_ROOT_HANDED_OVER; ERR_NO_KEY: GENESIS is not here yet. */
MUST_USE enum error root_log_write(struct node *node, struct group *group, const struct root_voice *voice,
                                   enum entry_type type, struct bytes payload);
/* Begins the next generation, if this device cannot go on in the newest. */
MUST_USE enum error root_log_begin(struct node *node, const struct root_voice *voice);
/* The first entry of a new group. */
void root_log_found(struct node *node, struct group *group, const struct sign_secret *root, struct bytes genesis);
/* The database is an older copy: what it holds may not be the end of any root log. */
void root_log_close_all(struct node *node);
