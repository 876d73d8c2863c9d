/* SPDX-License-Identifier: MIT
 * Messages a second from A to B, durable at both and acknowledged. */
#include "bench.h"
#include "pair.h"
#include "stream.h"

#define MESSAGES 20000

static double send_all(struct pair *pair, size_t count)
{
    return stream_send(&pair->a_client, pair->a.home.text, PAIR_WORKSPACE, count, 1);
}

static double commits_a_second(size_t count)
{
    struct samples seconds = {0};

    yard_commits(count, STREAM_ENTRY_SIZE, &seconds);
    double rate = 1 / samples_quantile(&seconds, 0.5);
    samples_done(&seconds);
    return rate;
}

void bench_throughput(const struct bench *bench)
{
    static struct pair pair;
    size_t count = bench_size(bench, MESSAGES);
    struct samples rates = {0}, rates_again = {0}, pipelines = {0}, commits = {0};

    pair_start(&pair);
    send_all(&pair, count / 10); /* warm-up */
    for (size_t i = 0; i < BENCH_RUNS; i++) {
        samples_add(&rates, send_all(&pair, count));
        samples_add(&rates_again, rates.values[i]);
        samples_add(&pipelines, yard_pipeline(count, STREAM_ENTRY_SIZE, STREAM_WINDOW));
        samples_add(&commits, commits_a_second(count / 20));
    }
    pair_stop(&pair);
    report_figure("throughput", "messages/s", &rates, &pipelines, "yardstick: sign, verify and group commit alone");
    report_figure("throughput_by_commits", "messages/s", &rates_again, &commits,
                  "yardstick: single commits, one after another");
}
