/* SPDX-License-Identifier: MIT
 * Who may do what, evaluated anew over years of a workspace of some hundred people, and after one more entry: by the
 * program of tests/governance/cost.c. */
#include "bench.h"
#include <stdio.h>
#include <string.h>

#define ENTRIES 10000
#define ENTRY_SIZE 300 /* on the wire, about */

/* Its lines: what was done, and the milliseconds. */
static void run(size_t entries, struct samples *ret_all, struct samples *ret_one)
{
    struct process program;
    char count[16], line[256];
    double slowest = 0, ms;

    snprintf(count, sizeof count, "%zu", entries);
    process_start((const char *const[]){GOVERNANCE_PROGRAM, count, NULL}, &program);
    process_line(&program, line, sizeof line); /* how many entries and members */
    process_line(&program, line, sizeof line); /* noting them, which the making of their bytes is part of */
    process_line(&program, line, sizeof line);
    if (sscanf(line, "evaluating them %lf ms", &ms) != 1)
        die("the evaluator said \"%s\"", line);
    samples_add(ret_all, ms);
    for (size_t i = 0; i < 5; i++) { /* an entry of each kind */
        process_line(&program, line, sizeof line);
        const char *figure = strpbrk(line, "0123456789");
        if (!figure || sscanf(figure, "%lf ms", &ms) != 1)
            die("the evaluator said \"%s\"", line);
        slowest = ms > slowest ? ms : slowest;
    }
    samples_add(ret_one, slowest);
    process_wait(&program);
}

void bench_governance(const struct bench *bench)
{
    size_t entries = bench_size(bench, ENTRIES);
    struct samples all = {0}, one = {0}, checked = {0}, checked_one = {0};

    for (size_t i = 0; i < BENCH_RUNS; i++) {
        run(entries, &all, &one);
        double each_ms = 1e3 / yard_verify(entries, ENTRY_SIZE, 1);
        samples_add(&checked, each_ms * (double)entries);
        samples_add(&checked_one, each_ms);
    }
    report_figure("governance", "ms", &all, &checked, "10,000 entries; yardstick: checking their signatures");
    report_figure("governance_live", "ms", &one, &checked_one,
                  "the slowest of EPOCH, KEYSHARE, ADD, REMOVE after 10,000; yardstick: its signature");
}
