/* SPDX-License-Identifier: MIT */
#include "store_key.h"

#include <sys/random.h>

#define KEY_FILE "store.key"

static enum error create(const struct home *home, struct secret_key *ret)
{
    struct secret_key key;
    if (getrandom(key.bytes, sizeof key.bytes, 0) != sizeof key.bytes)
        return ERR_CRYPTO;
    enum error err = home_replace(home, KEY_FILE, BYTES_OF(key.bytes));
    if (!err)
        *ret = key;
    crypto_wipe(&key, sizeof key);
    return err;
}

enum error store_key_load(const struct home *home, bool may_create, struct secret_key *ret)
{
    struct secret_key key;
    enum error err = home_read(home, KEY_FILE, true, key.bytes, sizeof key.bytes);
    if (err == ERR_NOT_FOUND)
        return may_create ? create(home, ret) : ERR_NO_KEY;
    if (!err)
        *ret = key;
    crypto_wipe(&key, sizeof key);
    return err;
}
