/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include "core/base/alloc.h"
#include "core/log/lookup.h"
#include "workspace_keys.h"
#include <stdlib.h>

#define HEIGHT_STEP_MAX 1000 /* so that no single EPOCH can end the counting */
#define SUPERSEDED_MAX 64    /* keys that an EPOCH carries, and that are taken from one */

/* ---------------------------------------------------------------- taking keys */

/* The keys before this one, sealed under it, and the workspace key. */
static void take_secrets(struct node *node, struct group *group, const struct epoch *epoch,
                         const struct secret_key *key)
{
    struct buffer plain = {0};
    struct epoch_secrets secrets;
    if (crypto_open(key, hash_bytes(&group->id), epoch->sealed, &plain) == OK &&
        epoch_secrets_decode(buffer_bytes(&plain), &secrets) == OK) {
        for (size_t at = 0; at < secrets.superseded.size && at < SUPERSEDED_MAX * 32; at += 32) {
            struct secret_key older;
            memcpy(older.bytes, secrets.superseded.data + at, 32);
            keys_learn_superseded(node, group, &older);
        }
        if (secrets.has_workspace_key && group == node->workspace)
            workspace_keys_learn(node, &epoch->id, epoch->height, &secrets.workspace_key);
        crypto_wipe(&secrets.workspace_key, sizeof secrets.workspace_key);
    }
    buffer_wipe(&plain);
}

static uint64_t newest_height(const struct group *group)
{
    const struct epoch_key *newest = keys_newest(group);
    return newest ? newest->height : 0;
}

/* Its key is held: from a KEYSHARE that told its height, or from a later EPOCH, which must be higher. */
static void open_epoch(struct node *node, struct group *group, const struct epoch *epoch)
{
    const struct epoch_key *held = keys_find(group, &epoch->id);
    if (!held || (held->height ? held->height != epoch->height : epoch->height > newest_height(group)))
        return;
    struct secret_key key = held->key;
    keys_learn(node, group, &key, epoch->height);
    take_secrets(node, group, epoch, &key);
    crypto_wipe(&key, sizeof key);
}

/* One after the other, however long the chain. */
static void open_ready(struct node *node, struct group *group)
{
    while (group->ready_count) {
        const struct locked_epoch ready = group->ready[--group->ready_count];
        struct stored_entry stored;
        struct entry entry;
        struct epoch epoch;
        if (lookup_entry(node, ready.log, ready.seq, &stored) == OK && entry_decode(stored.wire, &entry) == OK &&
            epoch_decode(entry.payload, &epoch) == OK)
            open_epoch(node, group, &epoch);
    }
}

/* Carriers get nothing but the workspace key. */
static void note_carried(struct node *node, const struct group *group, const struct epoch *epoch)
{
    const struct identity *me = &node->identity;
    struct secret_key key;
    if (group != node->workspace ||
        box_record_open(epoch->carriers, &epoch->ephemeral, &me->box, &me->box_secret, &key) != OK)
        return;
    workspace_keys_learn(node, &epoch->id, epoch->height, &key);
    crypto_wipe(&key, sizeof key);
}

static void note_epoch(struct node *node, struct log *log, const struct entry *entry)
{
    const struct identity *me = &node->identity;
    struct group *group = log->group;
    struct epoch epoch;
    struct secret_key key;
    struct epoch_id id;
    if (epoch_decode(entry->payload, &epoch) != OK)
        return;
    note_carried(node, group, &epoch);
    if (box_record_open(epoch.records, &epoch.ephemeral, &me->box, &me->box_secret, &key) == OK) {
        epoch_key_id(&group->id, &key, &id);
        if (memcmp(&id, &epoch.id, sizeof id) == 0 && /* else nobody could tell who else holds this key */
            epoch.height <= newest_height(group) + HEIGHT_STEP_MAX) {
            keys_learn(node, group, &key, epoch.height);
            take_secrets(node, group, &epoch, &key);
        }
        crypto_wipe(&key, sizeof key);
    } else if (keys_find(group, &epoch.id)) {
        open_epoch(node, group, &epoch);
    } else {
        keys_lock(log, entry->seq, &epoch.id);
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
    bool is_far = group->key_count && share.height > newest_height(group) + HEIGHT_STEP_MAX;
    if (memcmp(&id, &share.epoch, sizeof id) == 0 && !is_far)
        keys_learn(node, group, &key, share.height);
    crypto_wipe(&key, sizeof key);
}

void keys_note(struct node *node, struct log *log, const struct entry *entry)
{
    if (entry->type == ENTRY_EPOCH)
        note_epoch(node, log, entry);
    else if (entry->type == ENTRY_KEYSHARE)
        note_share(node, log->group, entry);
    open_ready(node, log->group);
}

void keys_note_stored(struct log *log, const struct entry *entry)
{
    struct epoch epoch;
    if (entry->type == ENTRY_EPOCH && epoch_decode(entry->payload, &epoch) == OK && !keys_find(log->group, &epoch.id))
        keys_lock(log, entry->seq, &epoch.id);
}

/* ---------------------------------------------------------------- sealing and opening */

enum error keys_open(const struct group *group, const struct entry *entry, struct buffer *ret)
{
    const struct epoch_key *key = keys_find(group, &entry->epoch);
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

static int newer_first(const void *a, const void *b)
{
    const struct epoch_key *x = *(const struct epoch_key *const *)a, *y = *(const struct epoch_key *const *)b;
    if (x->height != y->height)
        return x->height < y->height ? 1 : -1;
    return -memcmp(&x->id, &y->id, sizeof x->id);
}

/* The newest keys held.  Whoever gets them opens the EPOCHs of those, and finds the ones before. */
static void append_newest_keys(const struct group *group, struct buffer *out)
{
    const struct epoch_key **sorted = alloc_zero(group->key_count + 1, sizeof(struct epoch_key *));
    for (size_t i = 0; i < group->key_count; i++)
        sorted[i] = &group->keys[i];
    qsort(sorted, group->key_count, sizeof(struct epoch_key *), newer_first);
    for (size_t i = 0; i < group->key_count && i < SUPERSEDED_MAX; i++)
        buffer_append(out, BYTES_OF(sorted[i]->key.bytes));
    free(sorted);
}

/* The secrets inside an EPOCH: the keys before it where history is shared, and the workspace key. */
static void seal_secrets(struct node *node, const struct group *group, const struct secret_key *key,
                         const struct secret_key *workspace_key, struct buffer *out)
{
    struct buffer superseded = {0}, plain = {0};
    uint8_t nonce[SEALED_NONCE_SIZE];
    if (governance_policy(group->roster.governance).share_history)
        append_newest_keys(group, &superseded);
    struct epoch_secrets secrets = {buffer_bytes(&superseded), group->kind == GROUP_WORKSPACE, *workspace_key};
    epoch_secrets_encode(&secrets, &plain);
    random_bytes(&node->random, nonce, sizeof nonce);
    crypto_seal(key, nonce, hash_bytes(&group->id), buffer_bytes(&plain), out);
    buffer_wipe(&superseded);
    buffer_wipe(&plain);
}

void keys_make_epoch(struct node *node, const struct group *group, uint64_t height, const struct secret_key *key,
                     const struct secret_key *workspace_key, struct buffer *out)
{
    struct epoch epoch = {.height = height};
    struct dh_secret secret;
    struct buffer records = {0}, carriers = {0}, sealed = {0};
    epoch_key_id(&group->id, key, &epoch.id);
    keys_fresh_ephemeral(node, &epoch.ephemeral, &secret);
    for (size_t i = 0; i < group->roster.count; i++) {
        const struct member *member = &group->roster.members[i];
        bool carries = member->role == ROLE_CARRIER;
        box_record_append(&secret, &epoch.ephemeral, &member->box, carries ? workspace_key : key,
                          carries ? &carriers : &records);
    }
    seal_secrets(node, group, key, workspace_key, &sealed);
    epoch.records = buffer_bytes(&records);
    epoch.carriers = buffer_bytes(&carriers);
    epoch.sealed = buffer_bytes(&sealed);
    epoch_encode(&epoch, out);
    buffer_done(&records);
    buffer_done(&carriers);
    buffer_done(&sealed);
    crypto_wipe(&secret, sizeof secret);
}

void keys_make_share(struct node *node, const struct epoch_key *key, const struct dh_public *recipients, size_t count,
                     struct buffer *out)
{
    struct keyshare share = {.epoch = key->id, .height = key->height};
    struct dh_secret secret;
    struct buffer records = {0};
    keys_fresh_ephemeral(node, &share.ephemeral, &secret);
    for (size_t i = 0; i < count; i++)
        box_record_append(&secret, &share.ephemeral, &recipients[i], &key->key, &records);
    share.records = buffer_bytes(&records);
    keyshare_encode(&share, out);
    buffer_done(&records);
    crypto_wipe(&secret, sizeof secret);
}
