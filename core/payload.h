/* SPDX-License-Identifier: MIT
 * What entries carry: governance in the clear (kind 0), content as plaintext before it is sealed (kind 1).
 * Tables: PROTOCOL.md, "Payloads".  Decoders borrow from their input and return ERR_MALFORMED. */
#pragma once
#include "doubt.h"
#include "entry.h"
#include "text.h"

#define BOX_RECORD_SIZE (8 + BOX_KEY_SIZE) /* first 8 bytes of BLAKE2b-256(box key) ‖ box */

/* A device's consent to a membership, signed by the device over
 * "zuruf-member-v1\0" ‖ group ‖ person ‖ u64 instance ‖ box key; in GENESIS the group is zeros. */
struct membership {
    struct sign_public device;
    struct person_id person;
    uint64_t instance;
    uint64_t role; /* enum role of node.h; an unknown one counts as reader */
    struct dh_public box;
    struct signature consent;
};
void membership_sign(const struct hash *group, struct membership *membership, const struct sign_secret *secret);
MUST_USE enum error membership_verify(const struct hash *group, const struct membership *membership);

struct policy {
    bool share_history; /* a new member gets the epoch keys before his time */
    uint64_t keep_days; /* 0: for ever */
};

struct genesis {
    uint8_t nonce[16];
    struct policy policy;
    struct membership founder; /* also granted */
};
void genesis_encode(const struct genesis *genesis, struct buffer *out);
MUST_USE enum error genesis_decode(struct bytes payload, struct genesis *ret);
/* BLAKE2b-256("zuruf-group-v1" ‖ root key ‖ payload) */
void genesis_group_id(const struct sign_public *root, struct bytes payload, struct hash *ret);

struct add {
    struct membership member;
    struct bytes cites; /* borrowed: DEP_SIZE records of the REMOVEs and ADDs it knows */
};
void add_encode(const struct add *add, struct buffer *out);
MUST_USE enum error add_decode(struct bytes payload, struct add *ret);

struct epoch {
    uint64_t height;
    struct dh_public ephemeral;
    struct bytes records; /* borrowed: BOX_RECORD_SIZE each */
    struct bytes sealed;  /* under the epoch key: epoch_secrets */
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

/* ENTRY_CLOCK */
void clock_encode(const struct doubt *doubt, struct buffer *out);
MUST_USE enum error clock_decode(struct bytes payload, struct doubt *ret);

void box_record_append(const struct dh_secret *ephemeral, const struct dh_public *ephemeral_public,
                       const struct dh_public *recipient, const struct secret_key *key, struct buffer *out);
/* Finds the record for `own` and opens it.  ERR_NOT_FOUND: none; ERR_CRYPTO. */
MUST_USE enum error box_record_open(struct bytes records, const struct dh_public *ephemeral,
                                    const struct dh_public *own, const struct dh_secret *secret,
                                    struct secret_key *ret);

#define MESSAGE_FLAG_REPLY 1u /* answers the first dep of its entry (the second at seq 1 of a later sub) */
#define MESSAGE_FLAG_URGENT 2u

struct message_content {
    uint64_t flags;
    struct bytes topic; /* name of a topic as first spelled; empty: the general one */
    struct bytes text;
};
void message_content_encode(const struct message_content *content, struct buffer *out);
MUST_USE enum error message_content_decode(struct bytes plain, struct message_content *ret);

struct profile { /* ENTRY_PROFILE */
    struct person_id person;
    struct bytes name;
};
void profile_encode(const struct profile *profile, struct buffer *out);
MUST_USE enum error profile_decode(struct bytes plain, struct profile *ret);

struct title { /* ENTRY_TITLE */
    struct bytes name;
    struct bytes folder; /* path; empty: the top */
};
void title_encode(const struct title *title, struct buffer *out);
MUST_USE enum error title_decode(struct bytes plain, struct title *ret);
