/* SPDX-License-Identifier: MIT
 * Epoch keys of a group (key_ring.c holds them): taking them out of EPOCH and KEYSHARE, sealing and opening content
 * with them. Rules: PROTOCOL.md, "Group keys". */
#pragma once
#include "core/state.h"

/* Keeps a key (once), also on disk with this step's batch.  Height 0: of an EPOCH that nobody has seen yet; of those
 * only so many are kept. */
void keys_learn(struct node *node, struct group *group, const struct secret_key *key, uint64_t height);
/* One that an opened EPOCH carries; its height is told by its own. */
void keys_learn_superseded(struct node *node, struct group *group, const struct secret_key *key);
/* Rows of the disk, by group: "epoch/" u32 group ‖ epoch id → u64 height ‖ key ‖ u8 superseded, which rows of earlier
 * versions lack. */
MUST_USE enum error keys_load(struct node *node);
void keys_restore(struct group *group, const struct secret_key *key, uint64_t height, bool superseded);
/* Looks whether an accepted EPOCH or KEYSHARE holds a key for this device, and for what that opens. */
void keys_note(struct node *node, struct log *log, const struct entry *entry);
/* One from disk, after the keys: it is opened should its key still come. */
void keys_note_stored(struct log *log, const struct entry *entry);
/* An EPOCH that nothing held here opens. */
void keys_lock(struct log *log, uint64_t seq, const struct epoch_id *id);
void keys_done(struct group *group);

const struct epoch_key *keys_find(const struct group *group, const struct epoch_id *id);
/* Of the keys that no other carries those of the greatest (height, id), the greatest first; at most `most`. */
size_t keys_tips(const struct group *group, const struct epoch_key **ret, size_t most);
/* The greatest (height, id) held; NULL: none.  Which one to seal with, sealing.h says. */
const struct epoch_key *keys_newest(const struct group *group);

/* Opens a decoded content entry's payload, appended to `ret`.  ERR_NO_KEY; ERR_CRYPTO: it does not open. */
MUST_USE enum error keys_open(const struct group *group, const struct entry *entry, struct buffer *ret);
/* Seals `plain` for an entry whose other header fields are set; appends nonce ‖ ciphertext ‖ tag. */
void keys_seal(struct node *node, const struct epoch_key *key, const struct entry *entry, struct bytes plain,
               struct buffer *out);

/* A pair for one entry. */
void keys_fresh_ephemeral(struct node *node, struct dh_public *ret_public, struct dh_secret *ret_secret);
/* Payload of an EPOCH of `height` with `key` for all members; `workspace_key` goes with that of a workspace. */
void keys_make_epoch(struct node *node, const struct group *group, uint64_t height, const struct secret_key *key,
                     const struct secret_key *workspace_key, struct buffer *out);
/* Payload of a KEYSHARE of `key` to these. */
void keys_make_share(struct node *node, const struct epoch_key *key, const struct dh_public *recipients, size_t count,
                     struct buffer *out);
