/* SPDX-License-Identifier: MIT
 * Notes from one device to another alone, carried by the workspace's logs: they reach whoever is away, by way of
 * anybody.  Between two who hold the workspace's epoch keys as content (NOTE): nobody but the receiver can tell for
 * whom it is, so everybody tries to open each; that is bounded.  Where one of the two is a carrier, as governance
 * (LETTER, letters.h).  PROTOCOL.md, "Notes". */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"

/* Writes one into the workspace, for one of its members.  ERR_NO_KEY: the workspace's key is not here; ERR_CRYPTO: no
 * box key of anybody's. */
MUST_USE enum error notes_send(struct node *node, const struct member *to, const struct note *note);
/* Whether that would not fail with ERR_NO_KEY; may bring a key about. */
bool notes_is_possible(struct node *node, const struct member *to);

/* A NOTE to any box key: the one that belongs to a root's.  ERR_NO_KEY, ERR_CRYPTO. */
MUST_USE enum error notes_send_to_box(struct node *node, const struct dh_public *box, const struct note *note);
/* The decrypted content of a NOTE in that log of the workspace: tries to open it, and carries out what it says.
 * ERR_BUSY: enough were tried in this step; try again in a later one. */
MUST_USE enum error notes_read(struct node *node, struct log *log, const struct entry *entry, struct bytes plain);
/* One that the holder of this pair can open, appended to `inner`, from which *ret borrows.  ERR_CRYPTO: it is for
 * somebody else; ERR_MALFORMED. */
MUST_USE enum error notes_unseal(const struct node *node, const struct dh_public *box, const struct dh_secret *secret,
                                 const struct sealed_note *sealed, struct buffer *inner, struct note *ret);
/* What all of them are bound to. */
void notes_associated(const struct node *node, struct hash *ret);
/* Likewise what was sealed in a NOTE or LETTER.  OK also when it is for somebody else, or nonsense. */
MUST_USE enum error notes_open(struct node *node, const struct log_name *author, uint64_t hlc,
                               const struct sealed_note *sealed);
void notes_begin_step(struct node *node);
