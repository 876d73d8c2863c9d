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
void bench_group_of_10(const struct bench *bench);
void bench_twenty_nodes(const struct bench *bench);
void bench_catchup(const struct bench *bench);
void bench_catchup_1m(const struct bench *bench);
void bench_catchup_signed(const struct bench *bench);
void bench_newest_200(const struct bench *bench);
void bench_memory(const struct bench *bench);
void bench_start(const struct bench *bench);
void bench_disk(const struct bench *bench);
void bench_disk_304(const struct bench *bench);
void bench_governance(const struct bench *bench);
void bench_removal(const struct bench *bench);
void bench_opening(const struct bench *bench);
void bench_live_payloads(const struct bench *bench);
void bench_sim_speed(const struct bench *bench);

enum history_texts { HISTORY_GENERATED, HISTORY_REAL, HISTORY_FITTED };

/* A home written by make_history. */
struct history {
    struct path home;
    uint64_t messages, entries;
    uint64_t bytes; /* of all entries */
    size_t devices;
    enum history_texts texts;
};
/* `wire_size` not 0: instead of what people write texts so long that an entry has that many bytes. */
struct history history_make(size_t messages, size_t wire_size);
/* A million messages: made once in a run, as that takes most of a minute, and left to the end. */
const struct history *history_large(const struct bench *bench);
const char *history_note(const struct history *history); /* which texts it is made of */
