/* SPDX-License-Identifier: MIT
 * The benchmarks, each one file; they report what they measured. */
#pragma once
#include "computer.h"
#include "report.h"
#include "yard.h"
#include <stdbool.h>

#define BENCH_RUNS 5 /* medians of so many */

struct bench {
    bool quick; /* small sizes: to try the program, not to measure */
};
/* `count`, or a small part of it. */
static inline size_t bench_size(const struct bench *bench, size_t count)
{
    return bench->quick ? count / 20 : count;
}

void bench_hop(const struct bench *bench);
void bench_throughput(const struct bench *bench);
void bench_catchup(const struct bench *bench);
void bench_memory(const struct bench *bench);
void bench_start(const struct bench *bench);
void bench_disk(const struct bench *bench);

/* A home written by make_history. */
struct history {
    struct path home;
    uint64_t messages, entries;
    uint64_t bytes; /* of all entries */
    size_t devices;
    bool real; /* its texts */
};
struct history history_make(size_t messages);
const char *history_note(const struct history *history); /* which texts it is made of */
