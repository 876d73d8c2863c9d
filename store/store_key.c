/* SPDX-License-Identifier: MIT */
#include "store_key.h"

#include "core/base/passphrase.h"
#include <sys/random.h>

#define KEY_FILE "store.key"
#define SEALED_SIZE (PASSPHRASE_OVERHEAD + sizeof(struct secret_key))

static enum error draw(void *ret, size_t size)
{
    return getrandom(ret, size, 0) == (ssize_t)size ? OK : ERR_CRYPTO;
}

static enum error create(const struct home *home, struct secret_key *ret)
{
    struct secret_key key;
    enum error err = draw(key.bytes, sizeof key.bytes);
    if (!err)
        err = home_replace(home, KEY_FILE, BYTES_OF(key.bytes));
    if (!err)
        *ret = key;
    crypto_wipe(&key, sizeof key);
    return err;
}

/* Of another size than a key as it is: it may lie under a passphrase. */
static enum error read_sealed(const struct home *home, uint8_t ret[SEALED_SIZE])
{
    return home_read(home, KEY_FILE, true, ret, SEALED_SIZE);
}

enum error store_key_load(const struct home *home, bool may_create, struct secret_key *ret)
{
    struct secret_key key;
    uint8_t sealed[SEALED_SIZE];
    home_sweep_secret(home, KEY_FILE);
    enum error err = home_read(home, KEY_FILE, true, key.bytes, sizeof key.bytes);
    if (err == ERR_NOT_FOUND)
        return may_create ? create(home, ret) : ERR_NO_KEY;
    if (err == ERR_CORRUPT && read_sealed(home, sealed) == OK)
        err = ERR_LOCKED;
    if (!err)
        *ret = key;
    crypto_wipe(&key, sizeof key);
    return err;
}

enum error store_key_open(const struct home *home, struct bytes passphrase, struct secret_key *ret)
{
    struct secret_key plain;
    uint8_t sealed[SEALED_SIZE];
    struct buffer key = {0};
    enum error err = store_key_load(home, false, &plain);
    crypto_wipe(&plain, sizeof plain);
    if (err != ERR_LOCKED)
        return err ? err : ERR_NO_PASSPHRASE;
    err = read_sealed(home, sealed);
    if (!err)
        err = passphrase_open(passphrase, BYTES_OF(sealed), &key);
    if (!err)
        memcpy(ret->bytes, key.data, sizeof ret->bytes);
    buffer_wipe(&key);
    return err;
}

enum error store_key_write(const struct home *home, const struct secret_key *key, struct bytes passphrase)
{
    uint8_t random[PASSPHRASE_SALT_SIZE + SEALED_NONCE_SIZE];
    struct buffer sealed = {0};
    if (passphrase.size == 0)
        return home_replace_secret(home, KEY_FILE, BYTES_OF(key->bytes));
    enum error err = draw(random, sizeof random);
    if (!err)
        err = passphrase_seal(passphrase, BYTES_OF(key->bytes), random, &sealed);
    if (!err)
        err = home_replace_secret(home, KEY_FILE, buffer_bytes(&sealed));
    buffer_done(&sealed);
    return err;
}
