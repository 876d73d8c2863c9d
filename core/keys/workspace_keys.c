/* SPDX-License-Identifier: MIT */
#include "workspace_keys.h"

#include "core/base/alloc.h"
#include "core/members/groups.h"
#include "core/peers/peers.h"
#include "vault.h"

#define TOLD_MAX 256 /* EPOCHs remembered with the key they tell: most repeat the one before */

/* ---------------------------------------------------------------- what EPOCHs tell, by descending (height, id) */

static struct vault_key row_key(const struct epoch_id *epoch)
{
    return vault_key("psk/", BYTES_OF(epoch->bytes));
}

static bool comes_before(const struct told_key *a, const struct told_key *b)
{
    return a->height > b->height || (a->height == b->height && memcmp(&a->epoch, &b->epoch, sizeof a->epoch) > 0);
}

static const struct told_key *find(const struct workspace_keys *keys, const struct epoch_id *epoch)
{
    for (size_t i = 0; keys && i < keys->told_count; i++)
        if (memcmp(&keys->told[i].epoch, epoch, sizeof *epoch) == 0)
            return &keys->told[i];
    return NULL;
}

static struct workspace_keys *open_keys(struct node *node)
{
    if (!node->workspace_keys)
        node->workspace_keys = alloc_secret(sizeof *node->workspace_keys + TOLD_MAX * sizeof(struct told_key));
    return node->workspace_keys;
}

static void insert(struct workspace_keys *keys, const struct told_key *told)
{
    size_t at = keys->told_count++;
    while (at > 0 && comes_before(told, &keys->told[at - 1])) {
        keys->told[at] = keys->told[at - 1];
        at--;
    }
    keys->told[at] = *told;
}

/* False: it is older than all of as many as are kept. */
static bool make_room(struct node *node, struct workspace_keys *keys, const struct told_key *told)
{
    if (keys->told_count < TOLD_MAX)
        return true;
    struct told_key *oldest = &keys->told[keys->told_count - 1];
    if (!comes_before(told, oldest))
        return false;
    struct vault_key row = row_key(&oldest->epoch);
    vault_delete(node, &row);
    crypto_wipe(oldest, sizeof *oldest);
    keys->told_count--;
    return true;
}

/* ---------------------------------------------------------------- which ones are tried, and in which order */

static bool is_listed(const struct workspace_keys *keys, const struct secret_key *key)
{
    for (size_t i = 0; i < keys->count; i++)
        if (memcmp(&keys->psks[i], key, sizeof *key) == 0)
            return true;
    return false;
}

static void list(struct node *node)
{
    struct workspace_keys *keys = open_keys(node);
    keys->count = 0;
    keys->psks[keys->count++] = node->workspace->workspace_key;
    for (size_t i = 0; i < keys->told_count && keys->count < WORKSPACE_KEYS_MAX; i++)
        if (!is_listed(keys, &keys->told[i].key))
            keys->psks[keys->count++] = keys->told[i].key;
}

size_t workspace_keys_count(const struct node *node)
{
    return !node->workspace ? 0 : node->workspace_keys ? node->workspace_keys->count : 1;
}

const struct secret_key *workspace_keys_at(const struct node *node, size_t index)
{
    return index ? &node->workspace_keys->psks[index] : &node->workspace->workspace_key;
}

/* ---------------------------------------------------------------- the current one */

static bool is_told(const void *arg, const struct epoch_id *epoch)
{
    return find(arg, epoch) != NULL;
}

void workspace_keys_settle(struct node *node)
{
    struct group *group = node->workspace;
    struct governance_epoch epoch;
    if (!node->workspace_keys ||
        !governance_epoch_held(group->roster.governance, is_told, node->workspace_keys, &epoch))
        return;
    const struct told_key *told = find(node->workspace_keys, &epoch.id);
    if (memcmp(&told->key, &group->workspace_key, sizeof told->key) != 0) {
        group->workspace_key = told->key;
        groups_store_workspace(node);
        peers_announce(node, false);
    }
    list(node);
}

static void keep(struct node *node, const struct told_key *told)
{
    struct workspace_keys *keys = open_keys(node);
    if (find(keys, &told->epoch) || !make_room(node, keys, told))
        return;
    insert(keys, told);
    uint8_t plain[8 + sizeof told->key.bytes];
    put_u64(plain, told->height);
    memcpy(plain + 8, told->key.bytes, sizeof told->key.bytes);
    struct vault_key row = row_key(&told->epoch);
    vault_put(node, &row, BYTES_OF(plain));
    crypto_wipe(plain, sizeof plain);
}

void workspace_keys_learn(struct node *node, const struct epoch_id *epoch, uint64_t height,
                          const struct secret_key *key)
{
    struct told_key told = {.key = node->workspace->workspace_key};
    if (!node->workspace_keys)
        keep(node, &told); /* what the founder drew, or WELCOME told: perhaps no EPOCH repeats it */
    told = (struct told_key){*epoch, height, *key};
    keep(node, &told);
    list(node);
    crypto_wipe(&told, sizeof told);
}

/* ---------------------------------------------------------------- loading */

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct told_key told;
    if (which.size != sizeof told.epoch.bytes || plain.size != 8 + sizeof told.key.bytes ||
        open_keys(node)->told_count == TOLD_MAX)
        return;
    memcpy(told.epoch.bytes, which.data, sizeof told.epoch.bytes);
    told.height = get_u64(plain.data);
    memcpy(told.key.bytes, plain.data + 8, sizeof told.key.bytes);
    insert(node->workspace_keys, &told);
    crypto_wipe(&told, sizeof told);
}

enum error workspace_keys_load(struct node *node)
{
    if (!node->workspace)
        return OK;
    enum error err = vault_each(node, "psk/", load);
    if (!err)
        list(node);
    return err;
}

void workspace_keys_forget(struct node *node)
{
    alloc_secret_free(node->workspace_keys);
    node->workspace_keys = NULL;
}
