/* SPDX-License-Identifier: MIT
 * The root key of a group, where this device holds it: as a seed of 32 bytes in a local row of its own, and in that
 * under a passphrase of its own, if it was given one; and what is known of the shares that were made of it. */
#pragma once
#include "core/state.h"

#define ROOT_SEED_SIZE 32

/* What its row will hold, appended; an empty passphrase: none.  ERR_CRYPTO: not enough memory for the passphrase. */
MUST_USE enum error root_seal(struct node *node, const uint8_t seed[ROOT_SEED_SIZE], struct bytes passphrase,
                              struct buffer *ret_row);
void root_keep(struct node *node, const struct group *group, struct bytes row); /* with this step's batch */
/* ERR_NO_ROOT: it is not here; ERR_NO_PASSPHRASE: one is needed, and none was given; ERR_BAD_PASSPHRASE. */
MUST_USE enum error root_open(struct node *node, const struct group *group, struct bytes passphrase,
                              uint8_t ret[ROOT_SEED_SIZE]);

/* A key that came from shares: from now on this device speaks with it, in the next generation, and whoever else holds
 * it no more.  ERR_NO_WORKSPACE; ERR_NO_KEY: GENESIS is not here yet; ERR_OTHER_ROOT: it is not this workspace's;
 * ERR_ROOT_HANDED_OVER: it was. */
MUST_USE enum error root_recover(struct node *node, const struct command *command);
/* A new key in place of the one that is here, which counts no more.  ERR_NO_WORKSPACE, ERR_NO_ROOT,
 * ERR_ROOT_HANDED_OVER; ERR_NO_PASSPHRASE, ERR_BAD_PASSPHRASE: of the old one.  On errors nothing is written. */
MUST_USE enum error root_hand_over(struct node *node, const struct command *command);
/* COMMAND_ROOT_RECOVER, _HAND_OVER: with the reply. */
void root_command(struct node *node, const struct command *command);
/* Shares were made.  ERR_NO_WORKSPACE, ERR_NO_ROOT. */
MUST_USE enum error root_note_shares(struct node *node, const struct command *command);
