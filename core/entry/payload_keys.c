/* SPDX-License-Identifier: MIT */
#include "payload_keys.h"

#include "payload_codec.h"

#define SEALED_SECRETS_MAX 40960u

static struct bytes read_records(struct reader *in)
{
    struct bytes records = read_bytes(in, BOX_RECORDS_MAX * BOX_RECORD_SIZE);
    if (records.size % BOX_RECORD_SIZE != 0)
        in->failed = true;
    return records;
}

void epoch_encode(const struct epoch *epoch, struct buffer *out)
{
    write_array(out, 6);
    write_bytes(out, FIXED(epoch->id));
    write_uint(out, epoch->height);
    write_bytes(out, FIXED(epoch->ephemeral));
    write_bytes(out, epoch->records);
    write_bytes(out, epoch->carriers);
    write_bytes(out, epoch->sealed);
}

enum error epoch_decode(struct bytes payload, struct epoch *ret)
{
    struct reader in = {.left = payload};
    struct epoch epoch = {0};

    read_array_of(&in, 6);
    read_fixed(&in, epoch.id.bytes, sizeof epoch.id.bytes);
    epoch.height = read_uint(&in);
    read_fixed(&in, epoch.ephemeral.bytes, sizeof epoch.ephemeral.bytes);
    epoch.records = read_records(&in);
    epoch.carriers = read_records(&in);
    epoch.sealed = read_bytes(&in, SEALED_SECRETS_MAX);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = epoch;
    return err;
}

void epoch_key_id(const struct hash *group, const struct secret_key *key, struct epoch_id *ret)
{
    const struct bytes parts[] = {BYTES_TEXT("zuruf-epoch-v1"), FIXED(*group), FIXED(*key)};
    struct hash hash;
    crypto_hash_parts(parts, 3, &hash);
    memcpy(ret->bytes, hash.bytes, sizeof ret->bytes);
}

void epoch_secrets_encode(const struct epoch_secrets *secrets, struct buffer *out)
{
    write_array(out, 2);
    write_bytes(out, secrets->superseded);
    write_bytes(out, secrets->has_workspace_key ? FIXED(secrets->workspace_key) : (struct bytes){0});
}

enum error epoch_secrets_decode(struct bytes plain, struct epoch_secrets *ret)
{
    struct reader in = {.left = plain};
    struct epoch_secrets secrets = {0};

    read_array_of(&in, 2);
    secrets.superseded = read_bytes(&in, SEALED_SECRETS_MAX);
    struct bytes key = read_bytes(&in, sizeof secrets.workspace_key.bytes);
    enum error err = payload_outcome(&in);
    if (err || secrets.superseded.size % 32 != 0 || (key.size != 0 && key.size != 32))
        return ERR_MALFORMED;
    secrets.has_workspace_key = key.size == 32;
    if (secrets.has_workspace_key)
        memcpy(secrets.workspace_key.bytes, key.data, 32);
    *ret = secrets;
    return OK;
}

void keyshare_encode(const struct keyshare *share, struct buffer *out)
{
    write_array(out, 4);
    write_bytes(out, FIXED(share->epoch));
    write_uint(out, share->height);
    write_bytes(out, FIXED(share->ephemeral));
    write_bytes(out, share->records);
}

enum error keyshare_decode(struct bytes payload, struct keyshare *ret)
{
    struct reader in = {.left = payload};
    struct keyshare share = {0};

    read_array_of(&in, 4);
    read_fixed(&in, share.epoch.bytes, sizeof share.epoch.bytes);
    share.height = read_uint(&in);
    read_fixed(&in, share.ephemeral.bytes, sizeof share.ephemeral.bytes);
    share.records = read_records(&in);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = share;
    return err;
}

uint64_t box_name(const struct dh_public *box)
{
    struct hash name;
    crypto_hash(FIXED(*box), &name);
    return get_u64(name.bytes);
}

void box_record_append(const struct dh_secret *ephemeral, const struct dh_public *ephemeral_public,
                       const struct dh_public *recipient, const struct secret_key *key, struct buffer *out)
{
    uint8_t box[BOX_KEY_SIZE];
    if (crypto_box_key(ephemeral, ephemeral_public, recipient, key, box))
        return; /* a box key of low order: its owner can read nothing, which is what he asked for */
    buffer_append_u64(out, box_name(recipient));
    buffer_append(out, BYTES_OF(box));
}

enum error box_record_open(struct bytes records, const struct dh_public *ephemeral, const struct dh_public *own,
                           const struct dh_secret *secret, struct secret_key *ret)
{
    const uint64_t name = box_name(own);
    for (size_t at = 0; at + BOX_RECORD_SIZE <= records.size; at += BOX_RECORD_SIZE)
        if (get_u64(records.data + at) == name)
            return crypto_unbox_key(secret, own, ephemeral, records.data + at + 8, ret);
    return ERR_NOT_FOUND;
}
