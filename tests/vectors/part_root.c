/* SPDX-License-Identifier: MIT
 * What the workspace's root is told, and what it asks groups for: CHARTER and VISIT. */
#include "parts.h"

#include <assert.h>

/* The content of a NOTE under `key`. */
static json_t *sealed(const struct cast *cast, const struct note *note, const char *nonce_label,
                      const struct secret_key *key, struct sealed_note *outer)
{
    const struct bytes parts[] = {BYTES_TEXT("zuruf-note-v1"), BYTES_OF(cast->group.bytes)};
    struct buffer plain = {0}, inner = {0}, content = {0};
    uint8_t nonce[32];
    struct hash ad;
    seed_of(nonce_label, nonce);
    note_encode(note, &plain);
    crypto_hash_parts(parts, 2, &ad);
    crypto_seal(key, nonce, BYTES_OF(ad.bytes), buffer_bytes(&plain), &inner);
    outer->sealed = buffer_bytes(&inner);
    sealed_note_encode(outer, &content);
    json_t *value = json_pack("{s:o, s:o, s:o}", "content", hex(buffer_bytes(&content)), "key", HEX_OF(key->bytes),
                              "note", hex(buffer_bytes(&plain)));
    buffer_done(&plain);
    buffer_done(&inner);
    buffer_done(&content);
    return value;
}

/* Of the workspace itself, in place of a group. */
static json_t *charter(const struct cast *cast, const struct dh_public *root_box)
{
    const struct note note = {.kind = NOTE_CHARTER,
                              .group = cast->group,
                              .root = cast->root,
                              .genesis = buffer_bytes(&cast->genesis_payload),
                              .is_ruled = true,
                              .name = BYTES_TEXT("Vertrieb")};
    struct sealed_note outer;
    struct dh_secret ephemeral;
    struct secret_key key;
    uint8_t seed[32];
    seed_of("charter ephemeral", seed);
    crypto_dh_keypair_from(seed, &outer.ephemeral, &ephemeral);
    seed_of("charter key", key.bytes);
    enum error err = crypto_box_key(&ephemeral, &outer.ephemeral, root_box, &key, outer.box);
    assert(!err);
    (void)err;
    return sealed(cast, &note, "charter nonce", &key, &outer);
}

static json_t *visit(const struct cast *cast)
{
    struct note note = {.kind = NOTE_VISIT, .root = cast->root};
    struct sealed_note outer;
    struct secret_key key;
    uint8_t box[64];
    seed_of("visited group", note.group.bytes);
    seed_of("visit salt", outer.ephemeral.bytes);
    seed_of("visit box", box);
    seed_of("visit box, the rest", box + 32);
    memcpy(outer.box, box, sizeof outer.box);
    visit_mark(&note.group, &outer.ephemeral);
    visit_key(&note.group, &outer.ephemeral, &key);
    visit_sign(&cast->group, &note.group, &cast->anna.device, &cast->root_secret, &note.word);
    json_t *value = sealed(cast, &note, "visit nonce", &key, &outer);
    add(value, "group", HEX_OF(note.group.bytes));
    add(value, "author", HEX_OF(cast->anna.device.bytes));
    return value;
}

json_t *part_root(const struct cast *cast)
{
    struct dh_public box;
    struct dh_secret secret;
    enum error err = crypto_dh_public_of(&cast->root, &box);
    assert(!err);
    (void)err;
    crypto_dh_secret_of(&cast->root_secret, &secret);
    return json_pack("{s:o, s:o, s:o, s:o}", "box_secret", HEX_OF(secret.bytes), "box", HEX_OF(box.bytes), "charter",
                     charter(cast, &box), "visit", visit(cast));
}
