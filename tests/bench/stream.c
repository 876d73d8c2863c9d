/* SPDX-License-Identifier: MIT */
#include "stream.h"
#include "measure.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 10000
#define TOP_UP 100 /* requests are written so many at a time, or more */

struct stream {
    struct client *requests;
    struct client events;
    const char *target;
    int persons;
    struct buffer out;
    uint64_t first; /* number in its log of the first message; 0: not known yet */
    uint64_t sent, answered, acknowledged;
};

static void queue_request(struct stream *stream)
{
    char request[512], text[STREAM_TEXT_SIZE + 1];

    memset(text, 'x', STREAM_TEXT_SIZE);
    text[STREAM_TEXT_SIZE] = '\0';
    int length = snprintf(request, sizeof request,
                          "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"message.send\",\"params\":{\"target\":\"%s\","
                          "\"text\":\"%s\"}}\n",
                          (unsigned long long)++stream->sent, stream->target, text);
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

/* How many have the message of a line: "with":N. */
static int with_in(const char *line)
{
    const char *with = strstr(line, "\"with\":");
    return with ? (int)strtol(with + sizeof "\"with\":" - 1, NULL, 10) : 0;
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
        if (with_in(line) < stream->persons)
            continue;
        if (stream->first && number >= stream->first && number - stream->first + 1 > stream->acknowledged)
            stream->acknowledged = number - stream->first + 1;
    }
}

static void await(struct stream *stream)
{
    struct pollfd sources[2] = {{.fd = stream->requests->fd, .events = POLLIN},
                                {.fd = stream->events.fd, .events = POLLIN}};

    if (poll(sources, 2, PATIENCE_MS) <= 0)
        die("%llu messages are not acknowledged", (unsigned long long)(stream->sent - stream->acknowledged));
    if (sources[0].revents)
        read_answers(stream);
    if (sources[1].revents)
        read_events(stream);
}

double stream_send(struct client *author, const char *home, const char *target, size_t count, int persons)
{
    struct stream stream = {.requests = author, .target = target, .persons = persons};

    client_open(home, &stream.events);
    client_subscribe(&stream.events, "message.acknowledged");
    uint64_t start = now_ns();
    while (stream.acknowledged < count) {
        uint64_t room = STREAM_WINDOW - (stream.sent - stream.acknowledged);
        for (uint64_t i = 0; (room >= TOP_UP || stream.sent == 0) && i < room && stream.sent < count; i++)
            queue_request(&stream);
        client_write(stream.requests, buffer_bytes(&stream.out));
        stream.out.size = 0;
        await(&stream);
    }
    double seconds = seconds_since(start);
    while (stream.answered < stream.sent)
        read_answers(&stream);
    client_done(&stream.events);
    buffer_done(&stream.out);
    return (double)count / seconds;
}
