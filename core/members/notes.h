/* SPDX-License-Identifier: MIT
 * Notes from one device to another alone, carried by the workspace's log: they reach whoever is away, by way of
 * anybody, and nobody but the receiver can tell for whom they are.  So everybody tries to open each; that is bounded.
 * PROTOCOL.md, "Notes". */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"

/* Writes one into the workspace.  ERR_NO_KEY: the workspace's key is not here; ERR_CRYPTO: no box key of anybody's. */
MUST_USE enum error notes_send(struct node *node, const struct dh_public *box, const struct note *note);
/* The decrypted content of a NOTE in that log of the workspace, of that time: tries to open it, and carries out what it
 * says. ERR_BUSY: enough were tried in this step; try again in a later one. */
MUST_USE enum error notes_read(struct node *node, const struct log *log, uint64_t hlc, struct bytes plain);
void notes_begin_step(struct node *node);
