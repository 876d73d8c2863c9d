/* SPDX-License-Identifier: MIT
 * The store key: 32 bytes that seal secrets and derived views on disk, in a file of its own (store.key, 0600): as they
 * are, or under a passphrase (core/base/passphrase.h).  Wipe every key after use. */
#pragma once
#include "core/crypto.h"
#include "home.h"

/* Reads the key, or makes one when `may_create`: only in a home without a database, since a new key opens nothing that
 * an earlier one has sealed.
 * ERR_LOCKED: it lies under a passphrase; ERR_NOT_PERMITTED: the file is another user's, open to others, or a symbolic
 * link; ERR_NO_KEY: there is none; ERR_CORRUPT: it is none; ERR_DISK, ERR_DISK_FULL. */
MUST_USE enum error store_key_load(const struct home *home, bool may_create, struct secret_key *ret);
/* Opens it with the passphrase; takes half a second or more.  ERR_BAD_PASSPHRASE; ERR_NO_PASSPHRASE: it lies under
 * none; else as above. */
MUST_USE enum error store_key_open(const struct home *home, struct bytes passphrase, struct secret_key *ret);
/* Writes it anew, under this passphrase or, if that is empty, as it is; what the file held before is overwritten.
 * ERR_CRYPTO: no memory for that; ERR_DISK, ERR_DISK_FULL: the file is as it was. */
MUST_USE enum error store_key_write(const struct home *home, const struct secret_key *key, struct bytes passphrase);
