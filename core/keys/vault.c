/* SPDX-License-Identifier: MIT */
#include "vault.h"

struct vault_key vault_key(const char *kind, struct bytes which)
{
    struct vault_key key = {.size = strlen(kind)};
    memcpy(key.bytes, kind, key.size);
    size_t rest = which.size < sizeof key.bytes - key.size ? which.size : sizeof key.bytes - key.size;
    if (rest)
        memcpy(key.bytes + key.size, which.data, rest);
    key.size += rest;
    return key;
}

static struct bytes key_bytes(const struct vault_key *key)
{
    return (struct bytes){key->bytes, key->size};
}

void vault_put(struct node *node, const struct vault_key *key, struct bytes plain)
{
    uint8_t nonce[SEALED_NONCE_SIZE];
    struct buffer sealed = {0};
    random_bytes(&node->random, nonce, sizeof nonce);
    crypto_seal(&node->store_key, nonce, key_bytes(key), plain, &sealed);
    batch_put_local(node_batch(node), key_bytes(key), buffer_bytes(&sealed));
    buffer_done(&sealed);
}

void vault_delete(struct node *node, const struct vault_key *key)
{
    batch_delete_local(node_batch(node), key_bytes(key));
}

enum error vault_get(struct node *node, const struct vault_key *key, struct buffer *ret)
{
    struct bytes sealed;
    enum error err = node->storage->begin(node->storage->ctx);
    if (!err)
        err = node->storage->get_local(node->storage->ctx, key_bytes(key), &sealed);
    if (!err && crypto_open(&node->store_key, key_bytes(key), sealed, ret))
        err = ERR_CORRUPT;
    return err;
}

struct visit {
    struct node *node;
    size_t kind_size;
    vault_visitor visitor;
    enum error err;
};

static bool open_row(void *arg, struct bytes key, struct bytes sealed)
{
    struct visit *visit = arg;
    struct buffer plain = {0};
    if (crypto_open(&visit->node->store_key, key, sealed, &plain))
        visit->err = ERR_CORRUPT;
    else
        visit->visitor(visit->node, (struct bytes){key.data + visit->kind_size, key.size - visit->kind_size},
                       buffer_bytes(&plain));
    buffer_wipe(&plain);
    return visit->err == OK;
}

enum error vault_each(struct node *node, const char *kind, vault_visitor visitor)
{
    struct visit visit = {node, strlen(kind), visitor, OK};
    enum error err = node->storage->begin(node->storage->ctx);
    if (!err)
        err = node->storage->each_local(node->storage->ctx, text_bytes(kind), open_row, &visit);
    return err ? err : visit.err;
}
