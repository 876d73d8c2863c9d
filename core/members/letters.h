/* SPDX-License-Identifier: MIT
 * Letters: notes in the workspace's governance (notes.h), from and to carriers, who can read no content.  Each is
 * opened once, by whom it is for, as soon as its author is known here as a member.  PROTOCOL.md, "Notes".
 *
 * Local rows: "letter/" ‖ entry id: that one was opened. */
#pragma once
#include "core/state.h"

/* An entry of the workspace's governance was accepted; others than letters to this device are passed over. */
void letters_note(struct node *node, const struct log_name *author, const struct entry *entry);
/* One from disk, which may have been opened before. */
void letters_note_stored(struct node *node, const struct log_name *author, const struct entry *entry);
/* Once a step: opens those whose authors are known. */
void letters_settle(struct node *node);
void letters_forget(struct node *node);
