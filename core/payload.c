/* SPDX-License-Identifier: MIT */
#include "payload.h"

#include "cbor.h"

#define CITES_MAX (64u * DEP_SIZE)
#define RECORDS_MAX (1024u * BOX_RECORD_SIZE)
#define SEALED_SECRETS_MAX 40960u
#define TOPIC_MAX NAME_MAX_SIZE
#define FOLDER_MAX 512u

static const char consent_context[] = "zuruf-member-v1"; /* with its zero byte */

static enum error outcome(struct reader *in)
{
    read_end(in);
    return in->failed ? ERR_MALFORMED : OK;
}

static struct bytes fixed(const void *data, size_t size)
{
    return (struct bytes){data, size};
}

#define FIXED(field) fixed((field).bytes, sizeof(field).bytes)

/* ---------------------------------------------------------------- memberships */

static void consent_text(const struct hash *group, const struct membership *member, struct buffer *out)
{
    buffer_append(out, FIXED(*group));
    buffer_append(out, FIXED(member->person));
    buffer_append_u64(out, member->instance);
    buffer_append(out, FIXED(member->box));
}

void membership_sign(const struct hash *group, struct membership *membership, const struct sign_secret *secret)
{
    struct buffer text = {0};
    consent_text(group, membership, &text);
    crypto_sign(secret, BYTES_OF(consent_context), buffer_bytes(&text), &membership->consent);
    buffer_done(&text);
}

enum error membership_verify(const struct hash *group, const struct membership *membership)
{
    struct buffer text = {0};
    consent_text(group, membership, &text);
    enum error err =
        crypto_verify(&membership->device, BYTES_OF(consent_context), buffer_bytes(&text), &membership->consent);
    buffer_done(&text);
    return err;
}

static void write_membership(struct buffer *out, const struct membership *member)
{
    write_bytes(out, FIXED(member->device));
    write_bytes(out, FIXED(member->person));
    write_uint(out, member->instance);
    write_uint(out, member->role);
    write_bytes(out, FIXED(member->box));
    write_bytes(out, FIXED(member->consent));
}

static void read_membership(struct reader *in, struct membership *ret)
{
    read_fixed(in, ret->device.bytes, sizeof ret->device.bytes);
    read_fixed(in, ret->person.bytes, sizeof ret->person.bytes);
    ret->instance = read_uint(in);
    ret->role = read_uint(in);
    read_fixed(in, ret->box.bytes, sizeof ret->box.bytes);
    read_fixed(in, ret->consent.bytes, sizeof ret->consent.bytes);
}

/* ---------------------------------------------------------------- governance */

void genesis_encode(const struct genesis *genesis, struct buffer *out)
{
    write_array(out, 9);
    write_bytes(out, BYTES_OF(genesis->nonce));
    write_bool(out, genesis->policy.share_history);
    write_uint(out, genesis->policy.keep_days);
    write_membership(out, &genesis->founder);
}

enum error genesis_decode(struct bytes payload, struct genesis *ret)
{
    struct reader in = {.left = payload};
    struct genesis genesis = {0};

    read_array_of(&in, 9);
    read_fixed(&in, genesis.nonce, sizeof genesis.nonce);
    genesis.policy.share_history = read_bool(&in);
    genesis.policy.keep_days = read_uint(&in);
    read_membership(&in, &genesis.founder);
    enum error err = outcome(&in);
    if (!err)
        *ret = genesis;
    return err;
}

void genesis_group_id(const struct sign_public *root, struct bytes payload, struct hash *ret)
{
    const struct bytes parts[] = {BYTES_TEXT("zuruf-group-v1"), FIXED(*root), payload};
    crypto_hash_parts(parts, 3, ret);
}

void add_encode(const struct add *add, struct buffer *out)
{
    write_array(out, 7);
    write_membership(out, &add->member);
    write_bytes(out, add->cites);
}

enum error add_decode(struct bytes payload, struct add *ret)
{
    struct reader in = {.left = payload};
    struct add add = {0};

    read_array_of(&in, 7);
    read_membership(&in, &add.member);
    add.cites = read_bytes(&in, CITES_MAX);
    enum error err = outcome(&in);
    if (err || add.cites.size % DEP_SIZE != 0)
        return ERR_MALFORMED;
    *ret = add;
    return OK;
}

void epoch_encode(const struct epoch *epoch, struct buffer *out)
{
    write_array(out, 4);
    write_uint(out, epoch->height);
    write_bytes(out, FIXED(epoch->ephemeral));
    write_bytes(out, epoch->records);
    write_bytes(out, epoch->sealed);
}

enum error epoch_decode(struct bytes payload, struct epoch *ret)
{
    struct reader in = {.left = payload};
    struct epoch epoch = {0};

    read_array_of(&in, 4);
    epoch.height = read_uint(&in);
    read_fixed(&in, epoch.ephemeral.bytes, sizeof epoch.ephemeral.bytes);
    epoch.records = read_bytes(&in, RECORDS_MAX);
    epoch.sealed = read_bytes(&in, SEALED_SECRETS_MAX);
    enum error err = outcome(&in);
    if (err || epoch.records.size % BOX_RECORD_SIZE != 0)
        return ERR_MALFORMED;
    *ret = epoch;
    return OK;
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
    enum error err = outcome(&in);
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
    share.records = read_bytes(&in, RECORDS_MAX);
    enum error err = outcome(&in);
    if (err || share.records.size % BOX_RECORD_SIZE != 0)
        return ERR_MALFORMED;
    *ret = share;
    return OK;
}

void clock_encode(const struct doubt *doubt, struct buffer *out)
{
    write_array(out, 3);
    write_bytes(out, FIXED(doubt->log));
    write_uint(out, doubt->from);
    write_uint(out, doubt->to);
}

enum error clock_decode(struct bytes payload, struct doubt *ret)
{
    struct reader in = {.left = payload};
    struct doubt doubt = {0};

    read_array_of(&in, 3);
    read_fixed(&in, doubt.log.bytes, sizeof doubt.log.bytes);
    doubt.from = read_uint(&in);
    doubt.to = read_uint(&in);
    enum error err = outcome(&in);
    if (err || doubt.from == 0 || doubt.to < doubt.from)
        return ERR_MALFORMED;
    *ret = doubt;
    return OK;
}

void box_record_append(const struct dh_secret *ephemeral, const struct dh_public *ephemeral_public,
                       const struct dh_public *recipient, const struct secret_key *key, struct buffer *out)
{
    struct hash name;
    uint8_t box[BOX_KEY_SIZE];
    if (crypto_box_key(ephemeral, ephemeral_public, recipient, key, box))
        return; /* a box key of low order: its owner can read nothing, which is what he asked for */
    crypto_hash(FIXED(*recipient), &name);
    buffer_append(out, fixed(name.bytes, 8));
    buffer_append(out, BYTES_OF(box));
}

enum error box_record_open(struct bytes records, const struct dh_public *ephemeral, const struct dh_public *own,
                           const struct dh_secret *secret, struct secret_key *ret)
{
    struct hash name;
    crypto_hash(FIXED(*own), &name);
    for (size_t at = 0; at + BOX_RECORD_SIZE <= records.size; at += BOX_RECORD_SIZE)
        if (memcmp(records.data + at, name.bytes, 8) == 0)
            return crypto_unbox_key(secret, own, ephemeral, records.data + at + 8, ret);
    return ERR_NOT_FOUND;
}

/* ---------------------------------------------------------------- content */

void message_content_encode(const struct message_content *content, struct buffer *out)
{
    write_array(out, 3);
    write_uint(out, content->flags);
    write_text(out, content->topic);
    write_text(out, content->text);
}

enum error message_content_decode(struct bytes plain, struct message_content *ret)
{
    struct reader in = {.left = plain};
    struct message_content content = {0};

    read_array_of(&in, 3);
    content.flags = read_uint(&in);
    content.topic = read_text(&in, TOPIC_MAX);
    content.text = read_text(&in, TEXT_MAX_SIZE);
    enum error err = outcome(&in);
    if (!err)
        *ret = content;
    return err;
}

void profile_encode(const struct profile *profile, struct buffer *out)
{
    write_array(out, 2);
    write_bytes(out, FIXED(profile->person));
    write_text(out, profile->name);
}

enum error profile_decode(struct bytes plain, struct profile *ret)
{
    struct reader in = {.left = plain};
    struct profile profile = {0};

    read_array_of(&in, 2);
    read_fixed(&in, profile.person.bytes, sizeof profile.person.bytes);
    profile.name = read_text(&in, NAME_MAX_SIZE);
    enum error err = outcome(&in);
    if (!err)
        *ret = profile;
    return err;
}

void title_encode(const struct title *title, struct buffer *out)
{
    write_array(out, 2);
    write_text(out, title->name);
    write_text(out, title->folder);
}

enum error title_decode(struct bytes plain, struct title *ret)
{
    struct reader in = {.left = plain};
    struct title title = {0};

    read_array_of(&in, 2);
    title.name = read_text(&in, NAME_MAX_SIZE);
    title.folder = read_text(&in, FOLDER_MAX);
    enum error err = outcome(&in);
    if (!err)
        *ret = title;
    return err;
}
