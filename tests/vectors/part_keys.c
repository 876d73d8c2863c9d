/* SPDX-License-Identifier: MIT
 * EPOCH and KEYSHARE, and what their recipients get out of them; CLOCK. */
#include <assert.h>

#include "parts.h"

static void ephemeral_of(const char *label, struct dh_public *ret_public, struct dh_secret *ret_secret)
{
    uint8_t seed[32];
    seed_of(label, seed);
    crypto_dh_keypair_from(seed, ret_public, ret_secret);
}

static void seal_secrets(const struct cast *cast, struct buffer *out)
{
    const struct epoch_secrets secrets = {BYTES_OF(cast->older_epoch_key.bytes), true, cast->workspace_key};
    struct buffer plain = {0};
    uint8_t nonce[32];
    epoch_secrets_encode(&secrets, &plain);
    seed_of("epoch nonce", nonce);
    crypto_seal(&cast->epoch_key, nonce, BYTES_OF(cast->group.bytes), buffer_bytes(&plain), out);
    buffer_done(&plain);
}

void make_epoch(const struct cast *cast, uint64_t height, struct buffer *out, struct dh_secret *ret_ephemeral)
{
    struct epoch epoch = {.height = height};
    struct buffer records = {0}, carriers = {0}, sealed = {0};
    epoch_key_id(&cast->group, &cast->epoch_key, &epoch.id);
    ephemeral_of("epoch ephemeral", &epoch.ephemeral, ret_ephemeral);
    box_record_append(ret_ephemeral, &epoch.ephemeral, &cast->anna.box, &cast->epoch_key, &records);
    box_record_append(ret_ephemeral, &epoch.ephemeral, &cast->bora.box, &cast->epoch_key, &records);
    box_record_append(ret_ephemeral, &epoch.ephemeral, &cast->carrier_box, &cast->workspace_key, &carriers);
    seal_secrets(cast, &sealed);
    epoch.records = buffer_bytes(&records);
    epoch.carriers = buffer_bytes(&carriers);
    epoch.sealed = buffer_bytes(&sealed);
    epoch_encode(&epoch, out);
    buffer_done(&records);
    buffer_done(&carriers);
    buffer_done(&sealed);
}

json_t *part_epoch(const struct cast *cast)
{
    struct buffer payload = {0};
    struct dh_secret ephemeral;
    struct epoch_id id;
    make_epoch(cast, 2, &payload, &ephemeral);
    epoch_key_id(&cast->group, &cast->epoch_key, &id);
    json_t *value = json_pack("{s:o, s:o, s:o, s:o, s:o, s:i, s:[o], s:o, s:o}", "group", HEX_OF(cast->group.bytes),
                              "payload", hex(buffer_bytes(&payload)), "ephemeral_secret", HEX_OF(ephemeral.bytes),
                              "key", HEX_OF(cast->epoch_key.bytes), "id", HEX_OF(id.bytes), "height", 2, "superseded",
                              HEX_OF(cast->older_epoch_key.bytes), "workspace_key", HEX_OF(cast->workspace_key.bytes),
                              "carrier_box_secret", HEX_OF(cast->carrier_box_secret.bytes));
    buffer_done(&payload);
    return value;
}

/* An INVITATION to carry, for the carrier. */
json_t *part_letter(const struct cast *cast)
{
    struct letter letter = {.to = box_name(&cast->carrier_box)};
    struct note note = {.kind = NOTE_INVITATION,
                        .group = {{1}},
                        .root = {{2}},
                        .genesis = buffer_bytes(&cast->genesis_payload),
                        .instance = 1,
                        .admins = BYTES_OF(cast->anna.device.bytes)};
    const struct bytes parts[] = {BYTES_TEXT("zuruf-note-v1"), BYTES_OF(cast->group.bytes)};
    struct buffer plain = {0}, inner = {0}, payload = {0};
    struct dh_secret ephemeral;
    struct secret_key key;
    uint8_t nonce[32];
    struct hash ad;
    ephemeral_of("letter ephemeral", &letter.note.ephemeral, &ephemeral);
    seed_of("letter key", key.bytes);
    seed_of("letter nonce", nonce);
    enum error err = crypto_box_key(&ephemeral, &letter.note.ephemeral, &cast->carrier_box, &key, letter.note.box);
    assert(!err);
    (void)err;
    note_encode(&note, &plain);
    crypto_hash_parts(parts, 2, &ad);
    crypto_seal(&key, nonce, BYTES_OF(ad.bytes), buffer_bytes(&plain), &inner);
    letter.note.sealed = buffer_bytes(&inner);
    letter_encode(&letter, &payload);
    json_t *value =
        json_pack("{s:o, s:o, s:o, s:o}", "payload", hex(buffer_bytes(&payload)), "box_secret",
                  HEX_OF(cast->carrier_box_secret.bytes), "key", HEX_OF(key.bytes), "note", hex(buffer_bytes(&plain)));
    buffer_done(&plain);
    buffer_done(&inner);
    buffer_done(&payload);
    return value;
}

json_t *part_keyshare(const struct cast *cast)
{
    struct keyshare share = {.height = 2};
    struct buffer payload = {0}, records = {0};
    struct dh_secret ephemeral;
    struct secret_key opened;
    epoch_key_id(&cast->group, &cast->epoch_key, &share.epoch);
    ephemeral_of("keyshare ephemeral", &share.ephemeral, &ephemeral);
    box_record_append(&ephemeral, &share.ephemeral, &cast->bora.box, &cast->epoch_key, &records);
    enum error err =
        box_record_open(buffer_bytes(&records), &share.ephemeral, &cast->bora.box, &cast->bora.box_secret, &opened);
    assert(err == OK && crypto_equal(&opened, &cast->epoch_key, sizeof opened));
    (void)err;
    share.records = buffer_bytes(&records);
    keyshare_encode(&share, &payload);
    json_t *value = json_pack("{s:o, s:o, s:o, s:o, s:o}", "group", HEX_OF(cast->group.bytes), "payload",
                              hex(buffer_bytes(&payload)), "ephemeral_secret", HEX_OF(ephemeral.bytes), "box_secret",
                              HEX_OF(cast->bora.box_secret.bytes), "key", HEX_OF(cast->epoch_key.bytes));
    buffer_done(&payload);
    buffer_done(&records);
    return value;
}

json_t *part_clock(const struct cast *cast)
{
    struct buffer payload = {0};
    struct doubt doubt = {.from = 3, .to = 300};
    seed_of("doubted log", doubt.log.bytes);
    (void)cast;
    clock_encode(&doubt, &payload);
    json_t *value = json_pack("{s:o, s:o, s:i, s:i}", "payload", hex(buffer_bytes(&payload)), "log",
                              HEX_OF(doubt.log.bytes), "from", 3, "to", 300);
    buffer_done(&payload);
    return value;
}
