/* SPDX-License-Identifier: MIT */
#include "lmdb_copy.h"

#include "core/base/bytes.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATABASE "data.mdb"
#define LINEAGE "lineage"
#define INODE_AT (8 + 32) /* in the lineage file: store/lineage.h */

static const char *const files[] = {DATABASE, LINEAGE, "lock.mdb", "lock"};

struct path {
    char text[512];
};

static void must(bool holds, const char *what, const char *path)
{
    if (holds)
        return;
    fprintf(stderr, "cannot %s %s: %s\n", what, path, strerror(errno));
    abort();
}

static struct path path_in(const char *directory, const char *name)
{
    struct path path;
    must(snprintf(path.text, sizeof path.text, "%s/%s", directory, name) < (int)sizeof path.text, "name", name);
    return path;
}

char *lmdb_home_make(void)
{
    const char *below = getenv("TMPDIR");
    if (!below)
        below = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    struct path path = path_in(below, "zuruf-sim-XXXXXX");
    must(mkdtemp(path.text) != NULL, "make", path.text);
    char *kept = strdup(path.text);
    must(kept != NULL, "keep", path.text);
    return kept;
}

void lmdb_home_remove(const char *home)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct path path = path_in(home, files[i]);
        must(unlink(path.text) == 0 || errno == ENOENT, "remove", path.text);
    }
    must(rmdir(home) == 0, "remove", home);
}

/* False: there is none such. */
static bool copy_file(const struct path *from, const struct path *to)
{
    static char buffer[64 << 10];
    ssize_t size;
    int in = open(from->text, O_RDONLY | O_CLOEXEC);
    if (in < 0 && errno == ENOENT)
        return false;
    must(in >= 0, "open", from->text);
    int out = open(to->text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    must(out >= 0, "create", to->text);
    while ((size = read(in, buffer, sizeof buffer)) > 0)
        must(write(out, buffer, (size_t)size) == size, "write", to->text);
    must(size == 0, "read", from->text);
    close(in);
    close(out);
    return true;
}

static uint64_t inode_of(const char *home)
{
    struct path path = path_in(home, DATABASE);
    struct stat info;
    must(stat(path.text, &info) == 0, "look at", path.text);
    return info.st_ino;
}

/* The inode that a home's lineage file names; 0: there is no file. */
static uint64_t read_inode(const char *home)
{
    struct path path = path_in(home, LINEAGE);
    uint8_t inode[8];
    int file = open(path.text, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT)
        return 0;
    must(file >= 0 && pread(file, inode, sizeof inode, INODE_AT) == sizeof inode, "read", path.text);
    close(file);
    return get_u64(inode);
}

static void write_inode(const char *home, uint64_t number)
{
    struct path path = path_in(home, LINEAGE);
    uint8_t inode[8];
    put_u64(inode, number);
    int file = open(path.text, O_WRONLY | O_CLOEXEC);
    must(file >= 0 && pwrite(file, inode, sizeof inode, INODE_AT) == sizeof inode, "write", path.text);
    close(file);
}

void lmdb_home_copy(const char *from, const char *to)
{
    struct path lineages[] = {path_in(from, LINEAGE), path_in(to, LINEAGE)};
    struct path databases[] = {path_in(from, DATABASE), path_in(to, DATABASE)};
    if (!copy_file(&databases[0], &databases[1]) || !copy_file(&lineages[0], &lineages[1]))
        return;
    write_inode(to, read_inode(from) == inode_of(from) ? inode_of(to) : 0);
}

void lmdb_home_mark_copied(const char *home)
{
    if (read_inode(home))
        write_inode(home, 0);
}
