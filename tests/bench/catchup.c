/* SPDX-License-Identifier: MIT
 * A fresh computer joins a workspace with a long history: entries a second until it holds all of them durably, until
 * they stand in order, and the memory that takes. */
#include "bench.h"
#include "texts.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define POLL_MS 5
#define PATIENCE_NS UINT64_C(180000000000)
#define RUNS 3

struct catchup {
    struct history history;
    struct computer host;
    struct client client; /* of the host */
    unsigned guests;
};

/* Of one run. */
struct course {
    uint64_t entries;
    double durable, ordered; /* seconds from the first link on */
    double idle_mib, peak_mib;
    double bytes; /* of the new database, an entry */
};

/* Arrival number of the newest durable entry: where a subscription starts. */
static uint64_t durable_entries(struct client *client)
{
    json_t *result = client_call(client, "event.subscribe", json_pack("{s:[s]}", "types", "peer.down"));
    const char *cursor = json_string_value(json_object_get(result, "cursor"));
    uint64_t count = cursor ? strtoull(cursor, NULL, 10) : 0;

    json_decref(result);
    return count;
}

static bool in_order(struct client *client)
{
    json_t *page = client_call(client, "message.list",
                               json_pack("{s:s, s:i, s:s}", "target", "Office", "limit", 1, "direction", "backward"));
    bool current = json_is_true(json_object_get(page, "current"));

    json_decref(page);
    return current;
}

static void note_memory(const struct computer *computer, struct course *course)
{
    double mib = process_anonymous_mib(computer->process.pid);
    if (mib > course->peak_mib)
        course->peak_mib = mib;
}

static void watch(const struct computer *guest, struct client *client, uint64_t total, uint64_t start,
                  struct course *course)
{
    bool complete = false;

    while (course->ordered <= 0) {
        if (!complete) {
            struct progress progress = computer_progress(client);
            complete = progress.missing == 0 && progress.entries >= total;
        }
        if (complete && course->durable <= 0 && durable_entries(client) >= total)
            course->durable = seconds_since(start);
        if (course->durable > 0 && in_order(client))
            course->ordered = seconds_since(start);
        if (now_ns() - start > PATIENCE_NS)
            die("the new computer does not catch up");
        note_memory(guest, course);
        sleep_ms(POLL_MS);
    }
}

static double file_size(const struct computer *computer)
{
    char name[PATH_MAX + 16];
    struct stat status;

    snprintf(name, sizeof name, "%s/data.mdb", computer->home.text);
    return stat(name, &status) == 0 ? (double)status.st_size : 0;
}

/* Joins; returns at what time the first link stood. */
static uint64_t join(struct catchup *catchup, struct client *client, const struct path *home)
{
    struct client events;

    client_open(home->text, &events);
    client_subscribe(&events, "peer.up");
    computer_join(&catchup->client, client, catchup->host.address);
    while (!client_line(&events))
        client_fill(&events);
    uint64_t start = now_ns();
    client_done(&events);
    return start;
}

static struct course run(struct catchup *catchup)
{
    struct path home = scratch_directory("guest");
    struct computer guest;
    struct client client;
    struct course course = {0};
    char name[32];

    computer_start(&guest, &home, NULL);
    client_open(home.text, &client);
    snprintf(name, sizeof name, "Guest %u", ++catchup->guests);
    computer_create_identity(&client, name);
    course.idle_mib = process_anonymous_mib(guest.process.pid);
    uint64_t start = join(catchup, &client, &home);
    course.entries = computer_progress(&catchup->client).entries;
    watch(&guest, &client, course.entries, start, &course);
    course.bytes = file_size(&guest) / (double)course.entries;
    client_done(&client);
    computer_stop(&guest);
    scratch_remove(&home);
    return course;
}

/* The same number of entries, as large as those of the history are on the average beside their text. */
static double bare(const struct history *history)
{
    struct texts texts;
    size_t *sizes = calloc(history->messages, sizeof *sizes);

    if (!sizes)
        die("not enough memory");
    texts_init(&texts, history->messages);
    size_t beside = (history->bytes - texts.arena.size) / history->messages;
    for (size_t i = 0; i < history->messages; i++)
        sizes[i] = texts.items[i].size + beside;
    double rate = yard_bulk(sizes, history->messages, history->devices);
    texts_done(&texts);
    free(sizes);
    return rate;
}

void bench_catchup(const struct bench *bench)
{
    static struct catchup catchup;
    struct samples durable = {0}, ordered = {0}, yardstick = {0}, yardstick_again = {0};
    struct samples peak = {0}, idle = {0}, bytes = {0}, entry_bytes = {0};

    catchup.history = history_make(bench_size(bench, TEXTS_REAL_COUNT));
    computer_start(&catchup.host, &catchup.history.home, NULL);
    client_open(catchup.history.home.text, &catchup.client);
    for (size_t i = 0; i < RUNS; i++) {
        struct course course = run(&catchup);
        samples_add(&durable, (double)course.entries / course.durable);
        samples_add(&ordered, (double)course.entries / course.ordered);
        samples_add(&yardstick, bare(&catchup.history));
        samples_add(&yardstick_again, yardstick.values[i]);
        samples_add(&peak, course.peak_mib);
        samples_add(&idle, course.idle_mib);
        samples_add(&bytes, course.bytes);
        samples_add(&entry_bytes, (double)catchup.history.bytes / (double)catchup.history.entries);
    }
    client_done(&catchup.client);
    computer_stop(&catchup.host);
    scratch_remove(&catchup.history.home);

    const char *note = history_note(&catchup.history);
    report_figure("catchup", "entries/s", &durable, &yardstick, note);
    report_figure("catchup_ordered", "entries/s", &ordered, &yardstick_again, note);
    report_figure("catchup_peak_memory", "MiB", &peak, &idle, "yardstick: before it joined");
    report_figure("catchup_disk", "bytes/entry", &bytes, &entry_bytes, note);
}
