/* SPDX-License-Identifier: MIT
 * Bytes of data.mdb for each stored entry, order included; beside it the entries themselves. */
#include "bench.h"
#include <stdio.h>
#include <sys/stat.h>

#define MESSAGES 200000

void bench_disk(const struct bench *bench)
{
    struct history history = history_make(bench_size(bench, MESSAGES));
    char name[PATH_MAX + 16];
    struct stat status;
    struct samples all = {0}, bare = {0};

    snprintf(name, sizeof name, "%s/data.mdb", history.home.text);
    if (stat(name, &status) != 0)
        die("there is no %s", name);
    samples_add(&all, (double)status.st_size / (double)history.entries);
    samples_add(&bare, (double)history.bytes / (double)history.entries);
    report_figure("disk", "bytes/entry", &all, &bare, history_note(&history));
    scratch_remove(&history.home);
}
