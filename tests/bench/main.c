/* SPDX-License-Identifier: MIT
 * zuruf-bench [--quick] [NAME...]: measures, one JSON object a line.  Without a NAME: everything. */
#include "bench.h"
#include "core/crypto.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    void (*run)(const struct bench *bench);
} benches[] = {{"hop", bench_hop},       {"throughput", bench_throughput}, {"catchup", bench_catchup},
               {"memory", bench_memory}, {"start", bench_start},           {"disk", bench_disk}};

#define BENCH_COUNT (sizeof benches / sizeof benches[0])

static _Noreturn void usage(void)
{
    fputs("usage: zuruf-bench [--quick] [NAME...]\nNAME is one of:", stderr);
    for (size_t i = 0; i < BENCH_COUNT; i++)
        fprintf(stderr, " %s", benches[i].name);
    fputc('\n', stderr);
    exit(2);
}

static size_t find(const char *name)
{
    for (size_t i = 0; i < BENCH_COUNT; i++)
        if (strcmp(benches[i].name, name) == 0)
            return i;
    usage();
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    bool chosen[BENCH_COUNT] = {0}, any = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0)
            bench.quick = true;
        else
            any = chosen[find(argv[i])] = true;
    }
    signal(SIGPIPE, SIG_IGN);
    if (crypto_init() != OK)
        die("libsodium does not start");
    report_header();
    for (size_t i = 0; i < BENCH_COUNT; i++)
        if (chosen[i] || !any)
            benches[i].run(&bench);
    return 0;
}
