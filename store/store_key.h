/* SPDX-License-Identifier: MIT
 * The store key: 32 bytes that seal secrets and derived views on disk, in a file of its own (store.key, 0600). */
#pragma once
#include "core/crypto.h"
#include "home.h"

/* Reads the key, or makes one when `may_create`: only in a home without a database, since a new key opens nothing that
 * an earlier one has sealed.  Wipe it after use.
 * ERR_NOT_PERMITTED: the file is another user's, open to others, or a symbolic link; ERR_NO_KEY: there is none;
 * ERR_CORRUPT: not 32 bytes; ERR_DISK, ERR_DISK_FULL. */
MUST_USE enum error store_key_load(const struct home *home, bool may_create, struct secret_key *ret);
