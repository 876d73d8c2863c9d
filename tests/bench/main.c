/* SPDX-License-Identifier: MIT
 * zuruf-bench [--quick] [--table] [NAME...]: measures, one JSON object a line, or a Markdown table.  Without a NAME:
 * everything. */
#include "bench.h"
#include "core/crypto.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

static const struct {
    const char *name;
    void (*run)(const struct bench *bench);
} benches[] = {{"hop", bench_hop},
               {"throughput", bench_throughput},
               {"group_of_10", bench_group_of_10},
               {"twenty_nodes", bench_twenty_nodes},
               {"catchup", bench_catchup},
               {"catchup_signed", bench_catchup_signed},
               {"catchup_1m", bench_catchup_1m},
               {"newest_200", bench_newest_200},
               {"memory", bench_memory},
               {"start", bench_start},
               {"disk", bench_disk},
               {"disk_304", bench_disk_304},
               {"governance", bench_governance},
               {"removal", bench_removal},
               {"opening", bench_opening},
               {"live_payloads", bench_live_payloads},
               {"sim_speed", bench_sim_speed}};

#define BENCH_COUNT (sizeof benches / sizeof benches[0])

static _Noreturn void usage(void)
{
    fputs("usage: zuruf-bench [--quick] [--table] [NAME...]\nNAME is one of:", stderr);
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
        else if (strcmp(argv[i], "--table") == 0)
            report_as_table();
        else
            any = chosen[find(argv[i])] = true;
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* whoever waits for the figures is gone */
    signal(SIGPIPE, SIG_IGN);
    if (crypto_init() != OK)
        die("libsodium does not start");
    report_header();
    for (size_t i = 0; i < BENCH_COUNT; i++)
        if (chosen[i] || !any)
            benches[i].run(&bench);
    return 0;
}
