/* SPDX-License-Identifier: MIT
 * The key that a group's content is sealed with now, and the EPOCHs that bring a new one.  PROTOCOL.md, "Group keys".
 */
#pragma once
#include "core/state.h"

/* Of the EPOCHs whose key is held the one that governance.h puts first; NULL: none.  Borrowed until the next key. */
const struct epoch_key *sealing_key(struct group *group);
/* The key to seal with; an EPOCH is written first where there is none, or where not all members have it and history is
 * not shared.  *ret is borrowed until the next key.  ERR_NO_KEY: one is on its way, or will have to be given; a step
 * will come when waiting has lasted long enough. */
MUST_USE enum error sealing_provide(struct node *node, struct group *group, const struct epoch_key **ret);
/* Whether there is one now, or was made just now. */
bool sealing_is_possible(struct node *node, struct group *group);
/* Writes an EPOCH with a fresh key for all members; in the workspace with a fresh workspace key, if the one before it
 * may be with somebody who is no member any more. */
void sealing_renew(struct node *node, struct group *group);
/* Gives the key to whom an ADD of this step has brought in: where history is not shared, a new one. */
void sealing_admit(struct node *node, struct group *group, const struct dh_public *box);
/* A key that members were not given, and can be, and who they are, at most `most`: the one to seal with, else one of an
 * EPOCH that stands beside it, as two parts of a network made one each, if history is shared.  0: there is none. */
size_t sealing_missed(struct group *group, const struct epoch_key **ret_key, struct dh_public *ret, size_t most);
/* Whether no EPOCH that can be used stands before that of the key to seal with. */
bool sealing_is_first(struct group *group);
bool sealing_shares_history(const struct group *group);
/* This device has written an EPOCH or a KEYSHARE there.  Where that does not count, as with an admin whose grant begins
 * elsewhere, the next one would not either, and every look for a key would write one more. */
void sealing_note_given(struct node *node, struct group *group, const struct hash *entry);
/* Whether this device may write EPOCHs and KEYSHAREs there.  After one in vain it may not, until others or a root have
 * written. */
bool sealing_may_write(const struct node *node, const struct group *group);
