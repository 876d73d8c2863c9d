/* SPDX-License-Identifier: MIT
 * One message at a time from A to B: until B shows it, and until A knows that B holds it durably; counted from when A
 * holds it durably, which A's answer says, and as a whole from writing the request to A's socket.
 *
 *     request → A: sign, seal, commit │ → B: verify, shown │ commit │ → A: acknowledged
 *
 * So from A's durable entry the first takes at least half a round trip, the second a commit and a round trip; the whole
 * one more commit. */
#include "bench.h"
#include "pair.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define MESSAGES 2000
#define WARM_UP 200
#define FRAME_SIZE 400 /* about what such a message is on the wire */

struct hop {
    struct pair pair;
    struct client shown, acknowledged; /* subscriptions at B and at A */
    uint64_t last;                     /* number of the last message */
};

/* Seconds since the request was written. */
struct passage {
    double durable, shown, acknowledged;
};

struct latencies {
    struct samples shown, acknowledged, whole_shown, whole_acknowledged, round_trip, commit;
};

static void send_message(struct hop *hop, char *marker, size_t size)
{
    char request[512];
    uint64_t number = ++hop->last;

    snprintf(marker, size, "number %llu ", (unsigned long long)number);
    int length = snprintf(request, sizeof request,
                          "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"message.send\",\"params\":{\"target\":\"%s\","
                          "\"text\":\"This is number %llu of the messages that go from Alice to Bob one by one\"}}\n",
                          (unsigned long long)number, PAIR_WORKSPACE, (unsigned long long)number);
    client_write(&hop->pair.a_client, (struct bytes){(const uint8_t *)request, (size_t)length});
}

/* Reads what is there; true when a line that has all of `words` was among it. */
static bool saw(struct client *client, const char *words, const char *more)
{
    bool found = false;
    const char *line;

    client_fill(client);
    while ((line = client_line(client)))
        found = found || (strstr(line, words) && strstr(line, more));
    return found;
}

static struct passage one_message(struct hop *hop)
{
    enum { ANSWER, SHOWN, ACKNOWLEDGED, SOURCES };
    struct pollfd sources[SOURCES] = {{.fd = hop->pair.a_client.fd, .events = POLLIN},
                                      {.fd = hop->shown.fd, .events = POLLIN},
                                      {.fd = hop->acknowledged.fd, .events = POLLIN}};
    struct passage passage = {0};
    char marker[40];
    uint64_t start = now_ns();

    send_message(hop, marker, sizeof marker);
    while (passage.durable == 0 || passage.shown == 0 || passage.acknowledged == 0) {
        if (poll(sources, SOURCES, 10000) <= 0)
            die("a message does not arrive");
        double seconds = seconds_since(start);
        if (sources[ANSWER].revents && saw(&hop->pair.a_client, "\"result\"", ""))
            passage.durable = seconds;
        if (sources[SHOWN].revents && saw(&hop->shown, marker, "\"message.shown\""))
            passage.shown = seconds;
        if (sources[ACKNOWLEDGED].revents && saw(&hop->acknowledged, "\"message.acknowledged\"", ""))
            passage.acknowledged = seconds;
    }
    return passage;
}

static void measure(struct hop *hop, size_t count, struct latencies *ret)
{
    for (size_t i = 0; i < count; i++) {
        struct passage passage = one_message(hop);
        samples_add(&ret->shown, passage.shown - passage.durable);
        samples_add(&ret->acknowledged, passage.acknowledged - passage.durable);
        samples_add(&ret->whole_shown, passage.shown);
        samples_add(&ret->whole_acknowledged, passage.acknowledged);
    }
    yard_round_trips(count, FRAME_SIZE, &ret->round_trip);
    yard_commits(count, FRAME_SIZE, &ret->commit);
}

/* Microseconds, one value a run. */
struct figure {
    const char *name;
    struct samples value, yardstick;
};
enum { FIGURES = 4 };

struct quantile {
    double part;
    struct figure figures[FIGURES];
    struct samples round_trip, commit;
};

static void add_run(struct latencies *run, struct quantile *quantile)
{
    struct samples *values[FIGURES] = {&run->shown, &run->acknowledged, &run->whole_shown, &run->whole_acknowledged};
    double round_trip = 1e6 * samples_quantile(&run->round_trip, quantile->part);
    double commit = 1e6 * samples_quantile(&run->commit, quantile->part);
    const double least[FIGURES] = {round_trip / 2, round_trip + commit, round_trip / 2 + commit,
                                   round_trip + 2 * commit};

    samples_add(&quantile->round_trip, round_trip);
    samples_add(&quantile->commit, commit);
    for (size_t i = 0; i < FIGURES; i++) {
        samples_add(&quantile->figures[i].value, 1e6 * samples_quantile(values[i], quantile->part));
        samples_add(&quantile->figures[i].yardstick, least[i]);
    }
}

static void report(struct quantile *quantile)
{
    char note[96];

    snprintf(note, sizeof note, "a round trip takes %.0f us, a commit %.0f us",
             samples_quantile(&quantile->round_trip, 0.5), samples_quantile(&quantile->commit, 0.5));
    for (size_t i = 0; i < FIGURES; i++)
        report_figure(quantile->figures[i].name, "us", &quantile->figures[i].value, &quantile->figures[i].yardstick,
                      note);
    samples_done(&quantile->round_trip);
    samples_done(&quantile->commit);
}

static void latencies_done(struct latencies *run)
{
    samples_done(&run->shown);
    samples_done(&run->acknowledged);
    samples_done(&run->whole_shown);
    samples_done(&run->whole_acknowledged);
    samples_done(&run->round_trip);
    samples_done(&run->commit);
}

static void measure_runs(struct hop *hop, size_t count)
{
    struct quantile quantiles[2] = {{.part = 0.5,
                                     .figures = {{.name = "hop_shown_p50"},
                                                 {.name = "hop_acknowledged_p50"},
                                                 {.name = "hop_whole_shown_p50"},
                                                 {.name = "hop_whole_acknowledged_p50"}}},
                                    {.part = 0.99,
                                     .figures = {{.name = "hop_shown_p99"},
                                                 {.name = "hop_acknowledged_p99"},
                                                 {.name = "hop_whole_shown_p99"},
                                                 {.name = "hop_whole_acknowledged_p99"}}}};

    for (size_t i = 0; i < BENCH_RUNS; i++) {
        struct latencies run = {0};
        measure(hop, count, &run);
        add_run(&run, &quantiles[0]);
        add_run(&run, &quantiles[1]);
        latencies_done(&run);
    }
    report(&quantiles[0]);
    report(&quantiles[1]);
}

void bench_hop(const struct bench *bench)
{
    static struct hop hop;

    pair_start(&hop.pair);
    client_open(hop.pair.b.home.text, &hop.shown);
    client_open(hop.pair.a.home.text, &hop.acknowledged);
    client_subscribe(&hop.shown, "message.shown");
    client_subscribe(&hop.acknowledged, "message.acknowledged");
    for (size_t i = 0; i < WARM_UP; i++)
        one_message(&hop);
    measure_runs(&hop, bench_size(bench, MESSAGES));
    client_done(&hop.shown);
    client_done(&hop.acknowledged);
    pair_stop(&hop.pair);
}
