/* SPDX-License-Identifier: MIT
 * Ten computers, one of which writes: messages a second until the nine others have acknowledged all of them. */
#include "bench.h"
#include "office.h"
#include "stream.h"

#define COMPUTERS 10
#define MESSAGES 10000
#define RUNS 3

static double send_all(struct office *office, size_t count)
{
    return stream_send(&office->clients[0], office->computers[0].home.text, OFFICE_WORKSPACE, count, COMPUTERS - 1);
}

void bench_group_of_10(const struct bench *bench)
{
    static struct office office;
    size_t count = bench_size(bench, MESSAGES);
    struct samples rates = {0}, pipelines = {0};

    office_start(&office, COMPUTERS, OFFICE_DISK);
    send_all(&office, count / 10); /* warm-up */
    for (size_t i = 0; i < RUNS; i++) {
        samples_add(&rates, send_all(&office, count));
        samples_add(&pipelines, yard_pipelines(COMPUTERS / 2, count, STREAM_ENTRY_SIZE, STREAM_WINDOW));
    }
    office_stop(&office);
    report_figure("group_of_10", "messages/s", &rates, &pipelines,
                  "yardstick: five pairs at once, each signs, verifies and commits so many");
}
