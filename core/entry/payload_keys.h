/* SPDX-License-Identifier: MIT
 * Keys on their way to members: payloads of EPOCH and KEYSHARE.  Tables: PROTOCOL.md, "Payloads".
 * Decoders borrow from their input and return ERR_MALFORMED. */
#pragma once
#include "entry.h"

#define BOX_RECORD_SIZE (8 + BOX_KEY_SIZE) /* first 8 bytes of BLAKE2b-256(box key) ‖ box */
#define BOX_RECORDS_MAX 1024u

struct epoch {
    struct epoch_id id; /* as its author says; who opens it checks it against the key */
    uint64_t height;
    struct dh_public ephemeral;
    struct bytes records;  /* borrowed: BOX_RECORD_SIZE each, with the epoch key */
    struct bytes carriers; /* borrowed: likewise, with the workspace key only */
    struct bytes sealed;   /* under the epoch key: epoch_secrets */
};
void epoch_encode(const struct epoch *epoch, struct buffer *out);
MUST_USE enum error epoch_decode(struct bytes payload, struct epoch *ret);
/* First 16 bytes of BLAKE2b-256("zuruf-epoch-v1" ‖ group ‖ key): the id commits to the key. */
void epoch_key_id(const struct hash *group, const struct secret_key *key, struct epoch_id *ret);

/* What an EPOCH seals under its own key. */
struct epoch_secrets {
    struct bytes superseded; /* 32-byte epoch keys, newest first; where the group shares history */
    bool has_workspace_key;
    struct secret_key workspace_key;
};
void epoch_secrets_encode(const struct epoch_secrets *secrets, struct buffer *out);
MUST_USE enum error epoch_secrets_decode(struct bytes plain, struct epoch_secrets *ret);

struct keyshare {
    struct epoch_id epoch;
    uint64_t height; /* of that epoch, so that its receiver can choose before the EPOCH comes */
    struct dh_public ephemeral;
    struct bytes records;
};
void keyshare_encode(const struct keyshare *share, struct buffer *out);
MUST_USE enum error keyshare_decode(struct bytes payload, struct keyshare *ret);

/* Whom a record is for: the first 8 bytes of BLAKE2b-256(box key), as a number. */
uint64_t box_name(const struct dh_public *box);
void box_record_append(const struct dh_secret *ephemeral, const struct dh_public *ephemeral_public,
                       const struct dh_public *recipient, const struct secret_key *key, struct buffer *out);
/* Finds the record for `own` and opens it.  ERR_NOT_FOUND: none; ERR_CRYPTO. */
MUST_USE enum error box_record_open(struct bytes records, const struct dh_public *ephemeral,
                                    const struct dh_public *own, const struct dh_secret *secret,
                                    struct secret_key *ret);
