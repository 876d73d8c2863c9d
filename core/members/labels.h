/* SPDX-License-Identifier: MIT
 * What people call their computers: each computer tells its own label, to the whole workspace (LABEL, content).
 * PROTOCOL.md, "Payloads".
 *
 * Local rows: "label/" ‖ device → u64 hlc ‖ label. */
#pragma once
#include "core/state.h"

struct bytes labels_of(const struct node *node, const struct sign_public *device); /* empty: unknown */
/* COMMAND_DEVICE_NAME: this device is called so from now on; replies.  ERR_NO_WORKSPACE; ERR_NOT_PERMITTED: a carrier
 * says nothing; ERR_NAME_BAD; ERR_NEEDS_NEWER; ERR_NO_KEY. */
void labels_command(struct node *node, const struct command *command);

/* The decrypted content of a LABEL that was accepted. */
void labels_read(struct node *node, const struct log *log, const struct entry *entry, struct bytes plain);
/* What the writer of that log called itself is to be told anew (told.h): nobody has said it. */
void labels_forget_one(struct node *node, const struct log *log);

MUST_USE enum error labels_load(struct node *node);
void labels_forget(struct node *node); /* what storage can give back */
