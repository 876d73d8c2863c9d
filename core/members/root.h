/* SPDX-License-Identifier: MIT
 * The root key of a group, where this device holds it: as a seed of 32 bytes in a local row of its own, and in that
 * under a passphrase of its own, if it was given one; and what is known of the shares that were made of it. */
#pragma once
#include "core/state.h"

#define ROOT_SEED_SIZE 32

/* What its row will hold, appended; an empty passphrase: none.  ERR_CRYPTO: not enough memory for the passphrase. */
MUST_USE enum error root_seal(struct node *node, const uint8_t seed[ROOT_SEED_SIZE], struct bytes passphrase,
                              struct buffer *ret_row);
void root_keep(struct node *node, struct group *group, struct bytes row); /* with this step's batch */
MUST_USE enum error root_load(struct node *node);                         /* after the groups */
/* ERR_NO_ROOT: it is not here; ERR_NO_PASSPHRASE: one is needed, and none was given; ERR_BAD_PASSPHRASE. */
MUST_USE enum error root_open(struct node *node, const struct group *group, struct bytes passphrase,
                              uint8_t ret[ROOT_SEED_SIZE]);

/* A key that came from shares: from now on this device speaks with it, in the next generation, and whoever else holds
 * it no more.  ERR_NO_WORKSPACE; ERR_NO_KEY: GENESIS is not here yet; ERR_OTHER_ROOT: it is not this workspace's;
 * ERR_ROOT_HANDED_OVER: it was. */
MUST_USE enum error root_recover(struct node *node, const struct command *command);
/* Shares were made.  ERR_NO_WORKSPACE, ERR_NO_ROOT. */
MUST_USE enum error root_note_shares(struct node *node, const struct command *command);
/* Somebody has looked at what of the root log does not count.  ERR_NO_WORKSPACE, ERR_NO_ROOT. */
MUST_USE enum error root_note_seen(struct node *node);
void root_forget_shares(struct node *node); /* there are none of the key that is here now */
