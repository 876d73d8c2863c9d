/* SPDX-License-Identifier: MIT
 * Memory of its own (RssAnon) of an idle node with 200,000 stored messages; beside it that of one with an empty home.
 */
#include "bench.h"

#define MESSAGES 200000
#define SETTLE_MS 1500

static double idle_mib(const struct path *home)
{
    struct computer computer;

    computer_start(&computer, home, NULL);
    sleep_ms(SETTLE_MS);
    double mib = process_anonymous_mib(computer.process.pid);
    computer_stop(&computer);
    return mib;
}

void bench_memory(const struct bench *bench)
{
    struct history history = history_make(bench_size(bench, MESSAGES), 0);
    struct path empty = scratch_directory("empty");
    struct samples full_mib = {0}, empty_mib = {0};

    for (size_t i = 0; i < BENCH_RUNS; i++) {
        samples_add(&full_mib, idle_mib(&history.home));
        samples_add(&empty_mib, idle_mib(&empty));
    }
    report_figure("memory", "MiB", &full_mib, &empty_mib, "yardstick: an empty home");
    scratch_remove(&history.home);
    scratch_remove(&empty);
}
