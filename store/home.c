/* SPDX-License-Identifier: MIT */
#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LOCK_FILE "lock"
#define NAME_MAX_SIZE 64

static enum error from_errno(int code)
{
    switch (code) {
    case ENOSPC:
    case EDQUOT:
        return ERR_DISK_FULL;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
        return ERR_NOT_PERMITTED;
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    default:
        return ERR_DISK;
    }
}

/* ---------------------------------------------------------------- opening */

bool home_is_network(uint64_t type)
{
    static const uint32_t types[] = {
        0x6969,     /* NFS */
        0x517b,     /* SMB */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB2 */
        0x5346414f, /* AFS */
        0x6b414653, /* kAFS */
        0x73757245, /* Coda */
        0x00c36400, /* Ceph */
        0x01021997, /* 9p: another machine's or the host's files, seen through a cache of its own */
        0x786f4256, /* VirtualBox shared folder, likewise */
        0x0bd00bd0, /* Lustre */
        0x7461636f, /* OCFS2: several machines on one disk */
        0x01161970, /* GFS2, likewise */
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i] == (uint32_t)type)
            return true;
    }
    return false;
}

/* As mkdir -p; what is missing becomes 0700, as the XDG base directories want it too. */
static enum error make_directories(const char *path)
{
    char part[PATH_MAX];
    size_t size = strlen(path);
    if (size == 0 || size >= sizeof part)
        return ERR_NOT_FOUND;
    for (size_t i = 1; i <= size; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return from_errno(errno);
    }
    return OK;
}

static enum error check_file_system(int directory)
{
    struct statfs info;
    if (fstatfs(directory, &info) != 0)
        return from_errno(errno);
    return home_is_network((uint64_t)info.f_type) ? ERR_NETWORK_FS : OK;
}

static enum error take_lock(struct home *home)
{
    home->lock = openat(home->directory, LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (home->lock < 0)
        return from_errno(errno);
    if (flock(home->lock, LOCK_EX | LOCK_NB) == 0)
        return OK;
    return errno == EWOULDBLOCK ? ERR_BUSY : from_errno(errno);
}

enum error home_open(const char *path, struct home *ret)
{
    *ret = (struct home){.directory = -1, .lock = -1};
    enum error err = make_directories(path);
    if (err)
        return err;
    ret->path = realpath(path, NULL);
    if (!ret->path)
        return from_errno(errno);
    ret->directory = open(ret->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ret->directory < 0)
        return from_errno(errno);
    err = check_file_system(ret->directory);
    return err ? err : take_lock(ret);
}

void home_done(struct home *home)
{
    if (home->lock >= 0)
        close(home->lock);
    if (home->directory >= 0)
        close(home->directory);
    free(home->path);
    *home = (struct home){.directory = -1, .lock = -1};
}

/* ---------------------------------------------------------------- looking */

bool home_has(const struct home *home, const char *name)
{
    struct stat info;
    return fstatat(home->directory, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

enum error home_inode(const struct home *home, const char *name, uint64_t *ret)
{
    struct stat info;
    if (fstatat(home->directory, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return from_errno(errno);
    *ret = info.st_ino;
    return OK;
}

void home_space(const struct home *home, uint64_t *ret_free, uint64_t *ret_total)
{
    struct statvfs info;
    *ret_free = *ret_total = 0; /* a disk that cannot be asked is taken for full */
    if (fstatvfs(home->directory, &info) != 0)
        return;
    *ret_free = (uint64_t)info.f_bavail * info.f_frsize;
    *ret_total = (uint64_t)info.f_blocks * info.f_frsize;
}

/* ---------------------------------------------------------------- small files */

static enum error check_secret(int file)
{
    struct stat info;
    if (fstat(file, &info) != 0)
        return from_errno(errno);
    return info.st_uid == geteuid() && (info.st_mode & (S_IRWXG | S_IRWXO)) == 0 ? OK : ERR_NOT_PERMITTED;
}

/* Reads until `size` bytes or the end. */
static ssize_t read_all(int file, uint8_t *out, size_t size)
{
    size_t have = 0;
    while (have < size) {
        ssize_t got = read(file, out + have, size - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static enum error read_exactly(int file, uint8_t *out, size_t size)
{
    uint8_t more;
    ssize_t got = read_all(file, out, size);
    if (got < 0)
        return from_errno(errno);
    return (size_t)got == size && read_all(file, &more, 1) == 0 ? OK : ERR_CORRUPT;
}

enum error home_read(const struct home *home, const char *name, bool secret, uint8_t *out, size_t size)
{
    int file = openat(home->directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return from_errno(errno);
    enum error err = secret ? check_secret(file) : OK;
    if (!err)
        err = read_exactly(file, out, size);
    close(file);
    return err;
}

static enum error write_durably(int file, struct bytes content)
{
    while (content.size > 0) {
        ssize_t put = write(file, content.data, content.size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return from_errno(errno);
        content = (struct bytes){content.data + put, content.size - (size_t)put};
    }
    return fsync(file) == 0 ? OK : from_errno(errno);
}

enum error home_replace(const struct home *home, const char *name, struct bytes content)
{
    char fresh[NAME_MAX_SIZE];
    snprintf(fresh, sizeof fresh, "%s.new", name);
    unlinkat(home->directory, fresh, 0); /* left over from a crash; only the holder of the lock gets here */
    int file = openat(home->directory, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return from_errno(errno);
    enum error err = write_durably(file, content);
    close(file);
    if (!err && renameat(home->directory, fresh, home->directory, name) != 0)
        err = from_errno(errno);
    if (!err && fsync(home->directory) != 0)
        err = from_errno(errno);
    if (err)
        unlinkat(home->directory, fresh, 0);
    return err;
}

static void overwrite(int file)
{
    static const uint8_t zeros[512];
    struct stat info;
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode))
        return;
    for (off_t left = info.st_size; left > 0; left -= (off_t)sizeof zeros)
        if (write(file, zeros, left < (off_t)sizeof zeros ? (size_t)left : sizeof zeros) < 0)
            return; /* it goes away all the same */
    fsync(file);
}

static int open_to_overwrite(const struct home *home, const char *name)
{
    return openat(home->directory, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
}

void home_sweep_secret(const struct home *home, const char *name)
{
    char fresh[NAME_MAX_SIZE];
    snprintf(fresh, sizeof fresh, "%s.new", name);
    int file = open_to_overwrite(home, fresh);
    if (file < 0)
        return;
    overwrite(file);
    close(file);
    unlinkat(home->directory, fresh, 0);
}

enum error home_replace_secret(const struct home *home, const char *name, struct bytes content)
{
    home_sweep_secret(home, name);
    int before = open_to_overwrite(home, name);
    enum error err = home_replace(home, name, content);
    if (before < 0)
        return err;
    if (!err)
        overwrite(before);
    close(before);
    return err;
}

enum error home_reserve(const struct home *home, const char *name, size_t size)
{
    int file = openat(home->directory, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return from_errno(errno);
    int code = posix_fallocate(file, 0, (off_t)size);
    close(file);
    return code == 0 || code == EOPNOTSUPP || code == EINVAL ? OK : from_errno(code);
}
