/* SPDX-License-Identifier: MIT
 * The home directory: made at first use (0700), held by one process (flock), never on a network file system; small
 * files in it are replaced whole or not at all. */
#pragma once
#include "core/base/bytes.h"
#include "core/error.h"

struct home {
    char *path;
    int directory; /* file descriptors; -1: none */
    int lock;
};

/* ERR_NETWORK_FS, ERR_BUSY (another process), ERR_NOT_PERMITTED, ERR_DISK_FULL, ERR_DISK, ERR_NOT_FOUND.  home_done()
 * also after a failure. */
MUST_USE enum error home_open(const char *path, struct home *ret);
void home_done(struct home *home);

/* `type` is statfs()'s f_type.  Not among them: FUSE, which carries encrypted and removable disks as often as remote
 * ones and shows no difference here; its shared maps are coherent on one machine, which is all that LMDB needs. */
bool home_is_network(uint64_t type);

bool home_has(const struct home *home, const char *name);
MUST_USE enum error home_inode(const struct home *home, const char *name, uint64_t *ret);
void home_space(const struct home *home, uint64_t *ret_free, uint64_t *ret_total);
/* Reads a file of exactly `size` bytes.  ERR_NOT_FOUND; ERR_CORRUPT: another size; ERR_NOT_PERMITTED: a symbolic link,
 * or with `secret` also a file that is another user's or open to others. */
MUST_USE enum error home_read(const struct home *home, const char *name, bool secret, uint8_t *out, size_t size);
/* Durable, and under its name only when it is whole; 0600. */
MUST_USE enum error home_replace(const struct home *home, const char *name, struct bytes content);
/* The same, and then overwrites what stood there before, or was left over by a crash: as far as this disk writes in
 * place, it cannot be read again from the disk itself. */
MUST_USE enum error home_replace_secret(const struct home *home, const char *name, struct bytes content);
/* Overwrites and removes what a crash in the middle of home_replace_secret() has left over. */
void home_sweep_secret(const struct home *home, const char *name);
/* Reserves the disk space of a file that is about to be mapped, where a full disk would be a SIGBUS. */
MUST_USE enum error home_reserve(const struct home *home, const char *name, size_t size);
