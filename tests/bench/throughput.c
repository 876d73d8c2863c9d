/* SPDX-License-Identifier: MIT
 * Messages a second from A to B, durable at both and acknowledged: requests are written to A's socket as fast as they
 * are acknowledged, with a window of 1000. */
#include "bench.h"
#include "pair.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES 20000
#define WINDOW 1000
#define TOP_UP 100 /* requests are written so many at a time, or more */
#define TEXT_SIZE 200
#define ENTRY_SIZE 500 /* about what such a message is on the wire, without its signature */

struct stream {
    struct client *requests;
    struct client events;
    struct buffer out;
    uint64_t first; /* number in its log of the first message; 0: not known yet */
    uint64_t sent, answered, acknowledged;
};

static void queue_request(struct stream *stream)
{
    char request[512], text[TEXT_SIZE + 1];

    memset(text, 'x', TEXT_SIZE);
    text[TEXT_SIZE] = '\0';
    int length = snprintf(request, sizeof request,
                          "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"message.send\",\"params\":{\"target\":\"%s\","
                          "\"text\":\"%s\"}}\n",
                          (unsigned long long)++stream->sent, PAIR_WORKSPACE, text);
    buffer_append(&stream->out, (struct bytes){(const uint8_t *)request, (size_t)length});
}

/* The number in the log of the id in a line: "id":"xxxxxxxxxxxxxxxx-N". */
static uint64_t number_in(const char *line)
{
    const char *id = strstr(line, "\"id\":\"");
    const char *dash = id ? strchr(id, '-') : NULL;

    if (!dash)
        die("a line without a message's id: %s", line);
    return strtoull(dash + 1, NULL, 10);
}

static void read_answers(struct stream *stream)
{
    const char *line;

    client_fill(stream->requests);
    while ((line = client_line(stream->requests))) {
        if (!strstr(line, "\"result\""))
            die("message.send: %s", line);
        if (stream->answered++ == 0)
            stream->first = number_in(strstr(line, "\"result\""));
    }
}

/* An acknowledgement covers all before it. */
static void read_events(struct stream *stream)
{
    const char *line;

    client_fill(&stream->events);
    while ((line = client_line(&stream->events))) {
        if (!strstr(line, "\"message.acknowledged\""))
            die("an event that was not asked for: %s", line);
        uint64_t number = number_in(line);
        if (stream->first && number >= stream->first && number - stream->first + 1 > stream->acknowledged)
            stream->acknowledged = number - stream->first + 1;
    }
}

static double send_all(struct pair *pair, size_t count)
{
    struct stream stream = {.requests = &pair->a_client};
    struct pollfd sources[2];

    client_open(pair->a.home.text, &stream.events);
    client_subscribe(&stream.events, "message.acknowledged");
    sources[0] = (struct pollfd){.fd = stream.requests->fd, .events = POLLIN};
    sources[1] = (struct pollfd){.fd = stream.events.fd, .events = POLLIN};
    uint64_t start = now_ns();
    while (stream.acknowledged < count) {
        uint64_t room = WINDOW - (stream.sent - stream.acknowledged);
        for (uint64_t i = 0; (room >= TOP_UP || stream.sent == 0) && i < room && stream.sent < count; i++)
            queue_request(&stream);
        client_write(stream.requests, buffer_bytes(&stream.out));
        stream.out.size = 0;
        if (poll(sources, 2, 10000) <= 0)
            die("%llu messages are not acknowledged", (unsigned long long)(stream.sent - stream.acknowledged));
        if (sources[0].revents)
            read_answers(&stream);
        if (sources[1].revents)
            read_events(&stream);
    }
    double seconds = seconds_since(start);
    while (stream.answered < stream.sent)
        read_answers(&stream);
    client_done(&stream.events);
    buffer_done(&stream.out);
    return (double)count / seconds;
}

static double commits_a_second(size_t count)
{
    struct samples seconds = {0};

    yard_commits(count, ENTRY_SIZE, &seconds);
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
        samples_add(&pipelines, yard_pipeline(count, ENTRY_SIZE, WINDOW));
        samples_add(&commits, commits_a_second(count / 20));
    }
    pair_stop(&pair);
    report_figure("throughput", "messages/s", &rates, &pipelines, "yardstick: sign, verify and group commit alone");
    report_figure("throughput_by_commits", "messages/s", &rates_again, &commits,
                  "yardstick: single commits, one after another");
}
