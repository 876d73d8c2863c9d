/* SPDX-License-Identifier: MIT
 * The parts of the test vectors: each function returns a new JSON value for its key of protocol.json.  What is in them
 * says core/PROTOCOL.md, "Test vectors". */
#pragma once
#include <jansson.h>

#include "core/crypto.h"
#include "core/entry/entry.h"
#include "core/entry/payload.h"
#include "core/entry/payload_note.h"

/* ---------------------------------------------------------------- who plays */

struct actor {
    const char *name;
    uint8_t device_seed[32], box_seed[32];
    struct sign_public device;
    struct sign_secret secret;
    struct dh_public box;
    struct dh_secret box_secret;
    struct person_id person;
};

struct cast {
    struct actor anna, bora; /* founder and member */
    struct dh_public carrier_box;
    struct dh_secret carrier_box_secret;
    uint8_t root_seed[32];
    struct sign_public root;
    struct sign_secret root_secret;
    struct genesis genesis;
    struct buffer genesis_payload;
    struct hash group;
    struct secret_key workspace_key, epoch_key, older_epoch_key;
};

void cast_init(struct cast *cast);
void cast_done(struct cast *cast);

/* 32 bytes that only hang on the label: BLAKE2b-256("zuruf test vectors: " ‖ label). */
void seed_of(const char *label, uint8_t ret[32]);

/* ---------------------------------------------------------------- JSON */

json_t *hex(struct bytes bytes);
#define HEX_OF(array) hex(BYTES_OF(array))
json_t *text(struct bytes bytes);
void add(json_t *object, const char *key, json_t *value); /* takes the value over */

/* ---------------------------------------------------------------- the parts */

json_t *part_keys(const struct cast *cast);
json_t *part_words(const struct cast *cast);
json_t *part_logs(const struct cast *cast);
json_t *part_consents(const struct cast *cast);
json_t *part_genesis(const struct cast *cast);
json_t *part_entries(const struct cast *cast);
json_t *part_sealed(const struct cast *cast);
json_t *part_epoch(const struct cast *cast);
json_t *part_keyshare(const struct cast *cast);
json_t *part_letter(const struct cast *cast);
json_t *part_root(const struct cast *cast);
json_t *part_clock(const struct cast *cast);
json_t *part_governance(const struct cast *cast);
json_t *part_tag(const struct cast *cast);
json_t *part_digest(const struct cast *cast);
json_t *part_handshake(const struct cast *cast);
json_t *part_messages(const struct cast *cast);
json_t *part_bad(const struct cast *cast);

/* What two nodes say to each other, and the secrets to follow it. */
json_t *conversation(void);

/* ---------------------------------------------------------------- shared by parts */

struct log_name log_of(const struct cast *cast, const struct actor *actor, enum log_kind kind);
/* Signs `fields` and returns its parts; *ret_id is its id and *ret_wire, if not NULL, gets its bytes. */
json_t *entry_parts(const struct entry *fields, const struct log_name *name, const struct sign_secret *secret,
                    struct hash *ret_id, struct buffer *ret_wire);
/* An EPOCH of `height` for both actors, and the secret of its ephemeral key. */
void make_epoch(const struct cast *cast, uint64_t height, struct buffer *out, struct dh_secret *ret_ephemeral);
