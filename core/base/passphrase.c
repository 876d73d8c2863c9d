/* SPDX-License-Identifier: MIT */
#include "passphrase.h"

#define MAGIC "ZURUFPW1"
#define MAGIC_SIZE (sizeof MAGIC - 1)
#define SALT_AT (MAGIC_SIZE + 8)
#define HEAD_SIZE (SALT_AT + PASSPHRASE_SALT_SIZE)

/* What a file may ask for: more would only make a node hang. */
#define PASSES_MAX 64
#define MEMORY_KIB_MIN (8u << 10)
#define MEMORY_KIB_MAX (4u << 20)

static const struct password_cost written_cost = {.passes = 3, .memory_kib = 256u << 10};

enum error passphrase_seal(struct bytes passphrase, struct bytes secret,
                           const uint8_t random[PASSPHRASE_SALT_SIZE + SEALED_NONCE_SIZE], struct buffer *ret)
{
    uint8_t head[HEAD_SIZE];
    struct secret_key key;
    memcpy(head, MAGIC, MAGIC_SIZE);
    put_u32(head + MAGIC_SIZE, written_cost.passes);
    put_u32(head + MAGIC_SIZE + 4, written_cost.memory_kib);
    memcpy(head + SALT_AT, random, PASSPHRASE_SALT_SIZE);
    enum error err =
        crypto_password_key_at(written_cost, passphrase, (struct bytes){random, PASSPHRASE_SALT_SIZE}, &key);
    if (err)
        return err;
    buffer_append(ret, BYTES_OF(head));
    crypto_seal(&key, random + PASSPHRASE_SALT_SIZE, BYTES_OF(head), secret, ret);
    crypto_wipe(&key, sizeof key);
    return OK;
}

enum error passphrase_open(struct bytes passphrase, struct bytes sealed, struct buffer *ret)
{
    if (sealed.size < PASSPHRASE_OVERHEAD || memcmp(sealed.data, MAGIC, MAGIC_SIZE) != 0)
        return ERR_CORRUPT;
    struct password_cost cost = {get_u32(sealed.data + MAGIC_SIZE), get_u32(sealed.data + MAGIC_SIZE + 4)};
    if (cost.passes < 1 || cost.passes > PASSES_MAX || cost.memory_kib < MEMORY_KIB_MIN ||
        cost.memory_kib > MEMORY_KIB_MAX)
        return ERR_CORRUPT;

    struct bytes head = {sealed.data, HEAD_SIZE};
    struct bytes rest = {sealed.data + HEAD_SIZE, sealed.size - HEAD_SIZE};
    struct secret_key key;
    enum error err =
        crypto_password_key_at(cost, passphrase, (struct bytes){head.data + SALT_AT, PASSPHRASE_SALT_SIZE}, &key);
    if (!err && crypto_open(&key, head, rest, ret))
        err = ERR_BAD_PASSPHRASE;
    crypto_wipe(&key, sizeof key);
    return err;
}
