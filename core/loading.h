/* SPDX-License-Identifier: MIT
 * From what is on disk to a node and back: starting, going back after a failed commit, locked and unlocked. */
#pragma once
#include "state.h"

/* EVENT_START. */
void loading_start(struct node *node, const struct event *event);
/* Nothing of the oldest batch was stored, nor of any that was submitted after it: back to what is on disk. */
void loading_go_back(struct node *node, enum error reason);

/* Locked: nothing is here but what is on disk, and nothing of that can be read. */
void loading_lock(struct node *node, const struct command *command);
void loading_unlock(struct node *node, const struct command *command);
/* A batch is settled.  Unlocking waits until the disk has taken what was submitted earlier: it is read anew. */
void loading_unlock_settled(struct node *node);
