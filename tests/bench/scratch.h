/* SPDX-License-Identifier: MIT
 * One directory for all that a run writes, under $TMPDIR or /tmp; removed when the program ends.  The file system it
 * lies on decides what a commit costs. */
#pragma once
#include <limits.h>
#include <stddef.h>

struct path {
    char text[PATH_MAX];
};

/* DIRECTORY/NAME; nothing is made there. */
struct path scratch_path(const char *name);
/* DIRECTORY/NAME-… new at each call, made. */
struct path scratch_directory(const char *name);
/* The same on a RAM disk, in the folder $ZURUF_BENCH_RAM, which whoever set it removes.  Empty: that is not set. */
struct path scratch_ram_directory(const char *name);
void scratch_remove(const struct path *path); /* a directory with all in it */
void scratch_forget(void);                    /* after fork(): the directory is the parent's */
