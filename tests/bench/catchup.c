/* SPDX-License-Identifier: MIT
 * A fresh computer joins a workspace with a long history: entries a second until it holds all of them durably, until
 * they stand in order, and the memory that takes. */
#include "bench.h"
#include "guest.h"
#include "texts.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define POLL_MS 5
#define PATIENCE_NS UINT64_C(180000000000)
#define RUNS 3
#define SIGNED_SIZE 200 /* of what a signature covers: a header */
#define SIGNED_COUNT 40000

/* Of one run. */
struct course {
    uint64_t entries;
    double durable, ordered; /* seconds from the first link on */
    double idle_mib, peak_mib;
    double bytes; /* of the new database, an entry */
};

static void watch(struct guest *guest, uint64_t start, struct course *course)
{
    while (course->ordered <= 0) {
        if (course->durable <= 0 && guest_is_complete(guest, course->entries))
            course->durable = seconds_since(start);
        if (course->durable > 0 && guest_is_ordered(guest))
            course->ordered = seconds_since(start);
        if (now_ns() - start > PATIENCE_NS)
            die("the new computer does not catch up");
        guest_note_memory(guest);
        sleep_ms(POLL_MS);
    }
}

static struct course run(struct host *host)
{
    struct guest guest;
    struct course course = {0};

    guest_start(&guest, host);
    uint64_t start = guest_join(&guest, host);
    course.entries = computer_progress(&host->client).entries;
    watch(&guest, start, &course);
    course.bytes = guest_file_size(&guest) / (double)course.entries;
    course.idle_mib = guest.idle_mib;
    course.peak_mib = guest.peak_mib;
    guest_stop(&guest);
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

struct figures {
    struct samples durable, ordered, yardstick, yardstick_again, peak, idle, bytes, entry_bytes;
};

static void measure(const struct history *history, size_t runs, struct figures *figures)
{
    struct host host;

    host_start(&host, &history->home);
    for (size_t i = 0; i < runs; i++) {
        struct course course = run(&host);
        samples_add(&figures->durable, (double)course.entries / course.durable);
        samples_add(&figures->ordered, (double)course.entries / course.ordered);
        samples_add(&figures->yardstick, bare(history));
        samples_add(&figures->yardstick_again, figures->yardstick.values[i]);
        samples_add(&figures->peak, course.peak_mib);
        samples_add(&figures->idle, course.idle_mib);
        samples_add(&figures->bytes, course.bytes);
        samples_add(&figures->entry_bytes, (double)history->bytes / (double)history->entries);
    }
    host_stop(&host);
}

static void report(const char *const names[4], struct figures *figures, const char *note)
{
    report_figure(names[0], "entries/s", &figures->durable, &figures->yardstick, note);
    report_figure(names[1], "entries/s", &figures->ordered, &figures->yardstick_again, note);
    report_figure(names[2], "MiB", &figures->peak, &figures->idle, "yardstick: before it joined");
    report_figure(names[3], "bytes/entry", &figures->bytes, &figures->entry_bytes, note);
}

void bench_catchup(const struct bench *bench)
{
    static const char *const names[] = {"catchup", "catchup_ordered", "catchup_peak_memory", "catchup_disk"};
    struct history history = history_make(bench_size(bench, TEXTS_REAL_COUNT), 0);
    struct figures figures = {0};

    measure(&history, RUNS, &figures);
    report(names, &figures, history_note(&history));
    scratch_remove(&history.home);
}

void bench_catchup_1m(const struct bench *bench)
{
    static const char *const names[] = {"catchup_1m", "catchup_1m_ordered", "catchup_1m_peak_memory",
                                        "catchup_1m_disk"};
    const struct history *history = history_large(bench);
    struct figures figures = {0};

    measure(history, 1, &figures);
    report(names, &figures, history_note(history));
}

/* The program checks one signature for each batch of a log; beside it what checking each of them would allow. */
void bench_catchup_signed(const struct bench *bench)
{
    struct history history = history_make(bench_size(bench, TEXTS_REAL_COUNT), 0);
    size_t processors = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    struct samples rates = {0}, limits = {0};
    struct host host;
    char note[128];

    host_start(&host, &history.home);
    for (size_t i = 0; i < RUNS; i++) {
        struct course course = run(&host);
        samples_add(&rates, (double)course.entries / course.durable);
        samples_add(&limits, yard_verify(bench_size(bench, SIGNED_COUNT), SIGNED_SIZE, processors));
    }
    host_stop(&host);
    scratch_remove(&history.home);
    snprintf(note, sizeof note, "the program checks one a batch; yardstick: nothing but each signature, %zu processes",
             processors);
    report_figure("catchup_signed", "entries/s", &rates, &limits, note);
}
