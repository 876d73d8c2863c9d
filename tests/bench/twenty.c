/* SPDX-License-Identifier: MIT
 * Twenty computers write a thousand messages a second in all: from writing message.send to a socket until the message
 * is shown at each of the nineteen others; and whether all of them have all in the end. */
#include "bench.h"
#include "core/base/alloc.h"
#include "office.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMPUTERS 20
#define MESSAGES 10000
#define PAUSE_NS 1000000u /* between one message and the next, whoever writes it */
#define LATE_NS UINT64_C(30000000000)
#define MARK "\"text\":\"number " /* of a message's line */
#define PAGE 1000
#define MESSAGE_SIZE 230 /* on the wire, about, without its signature */

struct storm {
    struct office office;
    struct client events[COMPUTERS];
    size_t count, sent, pairs; /* messages, of them sent, (message, other computer) shown */
    uint64_t *sent_ns;
    bool *shown;              /* by message and computer */
    struct samples latencies; /* ms */
    double rate;              /* of sending, messages a second */
};

/* The number in a line about a message of ours; false: it is about something else. */
static bool number_in(const char *line, size_t *ret)
{
    const char *mark = strstr(line, MARK);

    if (mark)
        *ret = strtoul(mark + sizeof MARK - 1, NULL, 10);
    return mark != NULL;
}

static void read_shown(struct storm *storm, size_t computer)
{
    const char *line;
    size_t number;

    client_fill(&storm->events[computer]);
    uint64_t now = now_ns();
    while ((line = client_line(&storm->events[computer]))) {
        if (!strstr(line, "\"message.shown\"") || !number_in(line, &number) || number >= storm->sent)
            continue;
        bool *shown = &storm->shown[number * COMPUTERS + computer];
        if (*shown || number % COMPUTERS == computer)
            continue;
        *shown = true;
        storm->pairs++;
        samples_add(&storm->latencies, 1e-6 * (double)(now - storm->sent_ns[number]));
    }
}

static void read_answers(struct client *client)
{
    const char *line;

    client_fill(client);
    while ((line = client_line(client)))
        if (!strstr(line, "\"result\""))
            die("message.send: %s", line);
}

static void read_all(struct storm *storm, int timeout_ms)
{
    struct pollfd sources[2 * COMPUTERS];

    for (size_t i = 0; i < COMPUTERS; i++) {
        sources[i] = (struct pollfd){.fd = storm->events[i].fd, .events = POLLIN};
        sources[COMPUTERS + i] = (struct pollfd){.fd = storm->office.clients[i].fd, .events = POLLIN};
    }
    if (poll(sources, 2 * COMPUTERS, timeout_ms) <= 0)
        return;
    for (size_t i = 0; i < COMPUTERS; i++) {
        if (sources[i].revents)
            read_shown(storm, i);
        if (sources[COMPUTERS + i].revents)
            read_answers(&storm->office.clients[i]);
    }
}

static void send_one(struct storm *storm)
{
    char text[64];
    struct client *author = &storm->office.clients[storm->sent % COMPUTERS];

    snprintf(text, sizeof text, "number %zu", storm->sent);
    storm->sent_ns[storm->sent++] = now_ns();
    client_request(author, "message.send", json_pack("{s:s, s:s}", "target", OFFICE_WORKSPACE, "text", text));
}

/* Everybody's first message, which opens his log. */
static void warm_up(struct storm *storm)
{
    uint64_t start = now_ns();

    while (storm->sent < COMPUTERS)
        send_one(storm);
    while (storm->pairs < COMPUTERS * (COMPUTERS - 1)) {
        if (now_ns() - start > LATE_NS)
            die("not all nodes show the first messages");
        read_all(storm, 1);
    }
    storm->latencies.count = 0;
}

static void send_all(struct storm *storm)
{
    uint64_t start = now_ns(), end = start + storm->count * PAUSE_NS + LATE_NS;
    size_t wanted = storm->count * (COMPUTERS - 1);

    while (storm->pairs < wanted && now_ns() < end) {
        while (storm->sent < storm->count && now_ns() >= start + (storm->sent - COMPUTERS) * PAUSE_NS)
            send_one(storm);
        if (storm->sent == storm->count && storm->rate <= 0)
            storm->rate = (double)(storm->count - COMPUTERS) / seconds_since(start);
        read_all(storm, 1);
    }
    for (; storm->pairs < wanted; storm->pairs++) /* never shown before it was durable */
        samples_add(&storm->latencies, 1e-6 * (double)LATE_NS);
}

/* Of the messages of ours how many `client` lists. */
static size_t count_listed(struct client *client)
{
    json_t *cursor = NULL;
    size_t listed = 0;

    do {
        json_t *page =
            client_call(client, "message.list",
                        json_pack("{s:s, s:i, s:o*}", "target", OFFICE_WORKSPACE, "limit", PAGE, "cursor", cursor));
        const json_t *messages = json_object_get(page, "messages"), *message;
        size_t i;
        json_array_foreach(messages, i, message) listed +=
            strncmp(json_string_value(json_object_get(message, "text")), "number ", 7) == 0;
        cursor = json_incref(json_object_get(page, "cursor"));
        json_decref(page);
    } while (cursor);
    return listed;
}

static size_t count_missing(struct storm *storm)
{
    size_t missing = 0;

    office_wait_until_equal(&storm->office);
    for (size_t i = 0; i < COMPUTERS; i++) {
        size_t listed = count_listed(&storm->office.clients[i]);
        missing += listed < storm->count ? storm->count - listed : 0;
    }
    return missing;
}

static void run(struct storm *storm)
{
    storm->sent_ns = alloc_zero(storm->count, sizeof *storm->sent_ns);
    storm->shown = alloc_zero(storm->count * COMPUTERS, sizeof *storm->shown);
    for (size_t i = 0; i < COMPUTERS; i++) {
        client_open(storm->office.computers[i].home.text, &storm->events[i]);
        client_subscribe(&storm->events[i], "message.shown");
    }
    warm_up(storm);
    send_all(storm);
    for (size_t i = 0; i < COMPUTERS; i++)
        client_done(&storm->events[i]);
    free(storm->sent_ns);
    free(storm->shown);
}

/* ---------------------------------------------------------------- figures */

static void report_quantile(struct storm *storm, struct samples *yard, const char *name, double part, const char *note)
{
    struct samples value = {0}, limit = {0};

    samples_add(&value, samples_quantile(&storm->latencies, part));
    samples_add(&limit, 1e3 * samples_quantile(yard, part));
    report_figure(name, "ms", &value, &limit, note);
}

static void report(struct storm *storm, enum office_disk disk, const char *const names[3], size_t missing)
{
    struct samples lost = {0}, none = {0};
    struct samples yard = {0};
    char note[96];

    snprintf(note, sizeof note, "%s; %.0f messages/s sent",
             disk == OFFICE_DISK ? "on the disk" : "on a RAM disk with commits of 5 ms", storm->rate);
    yard_office(&(struct yard_office){COMPUTERS, storm->count, MESSAGE_SIZE, PAUSE_NS, disk == OFFICE_RAM_5_MS}, &yard);
    report_quantile(storm, &yard, names[0], 0.5, note);
    report_quantile(storm, &yard, names[1], 0.99, note);
    samples_done(&yard);
    samples_add(&lost, (double)missing);
    snprintf(note, sizeof note, "of %zu messages at each of %d", storm->count, COMPUTERS);
    report_figure(names[2], "messages", &lost, &none, note);
}

static void measure(const struct bench *bench, enum office_disk disk, const char *const names[3])
{
    static struct storm storm;

    storm = (struct storm){.count = bench_size(bench, MESSAGES)};
    if (!office_start(&storm.office, COMPUTERS, disk)) {
        fputs("zuruf-bench: without a RAM disk in $ZURUF_BENCH_RAM there is no twenty_nodes_shown\n", stderr);
        return;
    }
    run(&storm);
    size_t missing = count_missing(&storm);
    office_stop(&storm.office);
    report(&storm, disk, names, missing);
    samples_done(&storm.latencies);
}

void bench_twenty_nodes(const struct bench *bench)
{
    static const char *const ram[] = {"twenty_nodes_shown_p50", "twenty_nodes_shown_p99", "twenty_nodes_lost"};
    static const char *const disk[] = {"twenty_nodes_disk_shown_p50", "twenty_nodes_disk_shown_p99",
                                       "twenty_nodes_disk_lost"};

    measure(bench, OFFICE_RAM_5_MS, ram);
    measure(bench, OFFICE_DISK, disk);
}
