/* SPDX-License-Identifier: MIT */
#include "scratch.h"
#include "measure.h"
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct path top; /* empty: not made yet */
static bool forgotten;

static int remove_one(const char *name, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(name);
}

void scratch_remove(const struct path *path)
{
    nftw(path->text, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void remove_top(void)
{
    if (!forgotten)
        scratch_remove(&top);
}

void scratch_forget(void)
{
    forgotten = true;
}

static void make_top(void)
{
    const char *under = getenv("TMPDIR");

    snprintf(top.text, sizeof top.text, "%s/zuruf-bench-XXXXXX", under && *under ? under : "/tmp");
    if (!mkdtemp(top.text))
        die("no directory can be made under %s", under && *under ? under : "/tmp");
    atexit(remove_top);
}

struct path scratch_path(const char *name)
{
    struct path path;

    if (!top.text[0])
        make_top();
    if ((size_t)snprintf(path.text, sizeof path.text, "%s/%s", top.text, name) >= sizeof path.text)
        die("the path of the scratch directory is too long");
    return path;
}

/* New at each call, also between forks. */
static struct path make_under(const char *under, const char *name)
{
    static unsigned count;
    struct path path;

    if ((size_t)snprintf(path.text, sizeof path.text, "%s/%s-%ld-%u", under, name, (long)getpid(), ++count) >=
            sizeof path.text ||
        mkdir(path.text, 0700) != 0)
        die("%s cannot be made", path.text);
    return path;
}

struct path scratch_directory(const char *name)
{
    return make_under(scratch_path("").text, name);
}

struct path scratch_ram_directory(const char *name)
{
    const char *under = getenv("ZURUF_BENCH_RAM");
    return under && *under ? make_under(under, name) : (struct path){""};
}
