/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include "alloc.h"
#include "compose.h"
#include "vault.h"

#define HEIGHT_STEP_MAX 1000 /* so that no single EPOCH can end the counting */

static struct vault_key row_key(const struct group *group, const struct epoch_id *id)
{
    uint8_t which[4 + sizeof id->bytes];
    put_u32(which, group->number);
    memcpy(which + 4, id->bytes, sizeof id->bytes);
    return vault_key("epoch/", BYTES_OF(which));
}

static struct epoch_key *find(const struct group *group, const struct epoch_id *id)
{
    for (size_t i = group->key_count; i-- > 0;) /* the newest are asked for most */
        if (memcmp(&group->keys[i].id, id, sizeof *id) == 0)
            return &group->keys[i];
    return NULL;
}

const struct epoch_key *keys_find(const struct group *group, const struct epoch_id *id)
{
    return find(group, id);
}

void keys_restore(struct group *group, const struct secret_key *key, uint64_t height)
{
    if (group->key_count == group->key_capacity) {
        size_t before = group->key_capacity * sizeof *group->keys;
        group->key_capacity = group->key_capacity ? 2 * group->key_capacity : 8;
        group->keys = alloc_secret_grow(group->keys, before, group->key_capacity * sizeof *group->keys);
    }
    struct epoch_key *held = &group->keys[group->key_count++];
    held->key = *key;
    held->height = height;
    epoch_key_id(&group->id, key, &held->id);
}

void keys_learn(struct node *node, struct group *group, const struct secret_key *key, uint64_t height)
{
    struct epoch_id id;
    epoch_key_id(&group->id, key, &id);
    struct epoch_key *held = find(group, &id);
    if (held && height <= held->height)
        return;
    if (held)
        held->height = height;
    else
        keys_restore(group, key, height);

    group->keys_changed = true;
    group->key_reaches_all = false;
    uint8_t plain[8 + sizeof key->bytes];
    put_u64(plain, height);
    memcpy(plain + 8, key->bytes, sizeof key->bytes);
    struct vault_key row = row_key(group, &id);
    vault_put(node, &row, BYTES_OF(plain));
    crypto_wipe(plain, sizeof plain);
}

const struct epoch_key *keys_newest(const struct group *group)
{
    const struct epoch_key *newest = NULL;
    for (size_t i = 0; i < group->key_count; i++) {
        const struct epoch_key *key = &group->keys[i];
        if (!newest || key->height > newest->height ||
            (key->height == newest->height && memcmp(&key->id, &newest->id, sizeof key->id) > 0))
            newest = key;
    }
    return newest;
}

/* ---------------------------------------------------------------- taking keys */

/* The keys before this one, sealed under it.  Their heights are below it: 0 until their own EPOCH is seen. */
static void learn_superseded(struct node *node, struct group *group, const struct epoch *epoch,
                             const struct secret_key *key)
{
    struct buffer plain = {0};
    struct epoch_secrets secrets;
    if (crypto_open(key, hash_bytes(&group->id), epoch->sealed, &plain) == OK &&
        epoch_secrets_decode(buffer_bytes(&plain), &secrets) == OK) {
        for (size_t at = 0; at < secrets.superseded.size; at += 32) {
            struct secret_key older;
            memcpy(older.bytes, secrets.superseded.data + at, 32);
            keys_learn(node, group, &older, 0);
        }
    }
    buffer_wipe(&plain);
}

static void note_epoch(struct node *node, struct group *group, const struct entry *entry)
{
    const struct identity *me = &node->identity;
    struct epoch epoch;
    struct secret_key key;
    const struct epoch_key *newest = keys_newest(group);
    if (epoch_decode(entry->payload, &epoch) != OK || epoch.height > (newest ? newest->height : 0) + HEIGHT_STEP_MAX)
        return;
    if (box_record_open(epoch.records, &epoch.ephemeral, &me->box, &me->box_secret, &key) == OK) {
        struct epoch_id id;
        epoch_key_id(&group->id, &key, &id);
        if (memcmp(&id, &epoch.id, sizeof id) == 0) { /* else nobody could tell who else holds this key */
            keys_learn(node, group, &key, epoch.height);
            learn_superseded(node, group, &epoch, &key);
        }
        crypto_wipe(&key, sizeof key);
        return;
    }
    /* A key that came by KEYSHARE opens the older ones under it. */
    for (size_t i = 0; i < group->key_count; i++)
        if (group->keys[i].height == epoch.height) {
            struct secret_key held = group->keys[i].key;
            learn_superseded(node, group, &epoch, &held);
            crypto_wipe(&held, sizeof held);
        }
}

static void note_share(struct node *node, struct group *group, const struct entry *entry)
{
    const struct identity *me = &node->identity;
    struct keyshare share;
    struct secret_key key;
    struct epoch_id id;
    if (keyshare_decode(entry->payload, &share) != OK ||
        box_record_open(share.records, &share.ephemeral, &me->box, &me->box_secret, &key) != OK)
        return;
    epoch_key_id(&group->id, &key, &id);
    if (memcmp(&id, &share.epoch, sizeof id) == 0)
        keys_learn(node, group, &key, share.height);
    crypto_wipe(&key, sizeof key);
}

void keys_note(struct node *node, struct group *group, const struct entry *entry)
{
    if (entry->type == ENTRY_EPOCH)
        note_epoch(node, group, entry);
    else if (entry->type == ENTRY_KEYSHARE)
        note_share(node, group, entry);
}

/* ---------------------------------------------------------------- sealing and opening */

enum error keys_open(const struct group *group, const struct entry *entry, struct buffer *ret)
{
    const struct epoch_key *key = find(group, &entry->epoch);
    return key ? crypto_open(&key->key, entry->bound, entry->payload, ret) : ERR_NO_KEY;
}

void keys_seal(struct node *node, const struct epoch_key *key, const struct entry *entry, struct bytes plain,
               struct buffer *out)
{
    uint8_t nonce[SEALED_NONCE_SIZE];
    struct buffer ad = {0};
    entry_associated_data(entry, &ad);
    random_bytes(&node->random, nonce, sizeof nonce);
    crypto_seal(&key->key, nonce, buffer_bytes(&ad), plain, out);
    buffer_done(&ad);
}

void keys_fresh_ephemeral(struct node *node, struct dh_public *ret_public, struct dh_secret *ret_secret)
{
    uint8_t seed[32];
    random_bytes(&node->random, seed, sizeof seed);
    crypto_dh_keypair_from(seed, ret_public, ret_secret);
    crypto_wipe(seed, sizeof seed);
}

/* The secrets inside an EPOCH: the keys before it where history is shared, and the workspace key. */
static void seal_secrets(struct node *node, const struct group *group, const struct secret_key *key, struct buffer *out)
{
    bool shares = governance_policy(group->roster.governance).share_history;
    struct buffer superseded = {0}, plain = {0};
    uint8_t nonce[SEALED_NONCE_SIZE];
    for (size_t i = group->key_count; shares && i-- > 0;)
        buffer_append(&superseded, BYTES_OF(group->keys[i].key.bytes));
    struct epoch_secrets secrets = {buffer_bytes(&superseded), group->kind == GROUP_WORKSPACE, group->workspace_key};
    epoch_secrets_encode(&secrets, &plain);
    random_bytes(&node->random, nonce, sizeof nonce);
    crypto_seal(key, nonce, hash_bytes(&group->id), buffer_bytes(&plain), out);
    buffer_wipe(&superseded);
    buffer_wipe(&plain);
}

void keys_make_epoch(struct node *node, const struct group *group, uint64_t height, const struct secret_key *key,
                     struct buffer *out)
{
    struct epoch epoch = {.height = height};
    struct dh_secret secret;
    struct buffer records = {0}, carriers = {0}, sealed = {0};
    epoch_key_id(&group->id, key, &epoch.id);
    keys_fresh_ephemeral(node, &epoch.ephemeral, &secret);
    for (size_t i = 0; i < group->roster.count; i++) {
        const struct member *member = &group->roster.members[i];
        bool carries = member->role == ROLE_CARRIER;
        box_record_append(&secret, &epoch.ephemeral, &member->box, carries ? &group->workspace_key : key,
                          carries ? &carriers : &records);
    }
    seal_secrets(node, group, key, &sealed);
    epoch.records = buffer_bytes(&records);
    epoch.carriers = buffer_bytes(&carriers);
    epoch.sealed = buffer_bytes(&sealed);
    epoch_encode(&epoch, out);
    buffer_done(&records);
    buffer_done(&carriers);
    buffer_done(&sealed);
    crypto_wipe(&secret, sizeof secret);
}

void keys_write_epoch(struct node *node, struct group *group, uint64_t height)
{
    struct secret_key key;
    struct buffer payload = {0};
    random_bytes(&node->random, key.bytes, sizeof key.bytes);
    keys_make_epoch(node, group, height, &key, &payload);
    compose_governance(node, group, ENTRY_EPOCH, buffer_bytes(&payload));
    buffer_done(&payload);
    crypto_wipe(&key, sizeof key);
}

void keys_make_share(struct node *node, const struct epoch_key *key, const struct dh_public *recipient,
                     struct buffer *out)
{
    struct keyshare share = {.epoch = key->id, .height = key->height};
    struct dh_secret secret;
    struct buffer records = {0};
    keys_fresh_ephemeral(node, &share.ephemeral, &secret);
    box_record_append(&secret, &share.ephemeral, recipient, &key->key, &records);
    share.records = buffer_bytes(&records);
    keyshare_encode(&share, out);
    buffer_done(&records);
    crypto_wipe(&secret, sizeof secret);
}
