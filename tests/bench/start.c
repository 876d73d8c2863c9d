/* SPDX-License-Identifier: MIT
 * From starting the program to its "ready" line, with 200,000 stored messages; beside it with an empty home. */
#include "bench.h"

#define MESSAGES 200000

static double start_ms(const struct path *home)
{
    struct computer computer;

    computer_start(&computer, home, NULL);
    double ms = 1e3 * computer.start_seconds;
    computer_stop(&computer);
    return ms;
}

void bench_start(const struct bench *bench)
{
    struct history history = history_make(bench_size(bench, MESSAGES), 0);
    struct path empty = scratch_directory("empty");
    struct samples full_ms = {0}, empty_ms = {0};

    start_ms(&empty); /* the program itself is in memory from now on */
    for (size_t i = 0; i < BENCH_RUNS; i++) {
        samples_add(&full_ms, start_ms(&history.home));
        samples_add(&empty_ms, start_ms(&empty));
    }
    report_figure("start", "ms", &full_ms, &empty_ms, "yardstick: an empty home");
    scratch_remove(&history.home);
    scratch_remove(&empty);
}
