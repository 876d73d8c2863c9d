/* SPDX-License-Identifier: MIT */
#include "finder.h"
#include "backend.h"
#include "core/base/alloc.h"
#include "due.h"
#include "interfaces.h"
#include "record.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define START_GRACE_MS 200
#define LOSS_GRACE_MS 3000
#define SWEEP_MS 15000 /* what a new back end did not find after so long is gone */
#define REPORTS_PER_SECOND 100
#define LINES_PER_SECOND 8

struct finder {
    const AvahiPoll *poll;
    struct node_link *link;
    bool loopback;
    uint64_t now_ms; /* of this turn */
    struct announcement wanted;
    struct sightings *sightings;
    struct backend_events events;

    struct backend *daemon; /* always there: it waits for one */
    struct backend *embedded;
    const struct backend_kind *serving_kind; /* NULL: neither serves */
    struct backend *serving;
    uint64_t embed_ms; /* the daemon has until then */
    uint64_t sweep_ms; /* DUE_NEVER: nothing to sweep */

    uint64_t window_ms; /* start of the second that the next two count */
    unsigned reports;
    unsigned lines;
};

/* ---------------------------------------------------------------- what the back ends tell */

static void on_found(void *arg, const struct service_key *key)
{
    struct finder *finder = arg;
    if (finder->loopback || !interfaces_is_loopback(key->interface))
        sightings_found(finder->sightings, key);
}

static void on_lost(void *arg, const struct service_key *key)
{
    struct finder *finder = arg;
    sightings_lost(finder->sightings, key);
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
    while (size && *bytes == 0)
        bytes++, size--;
    return size == 0;
}

/* No "this network", no multicast, no broadcast, and loopback only if asked for: whoever writes such a record wants
 * something else than to be found. */
static bool is_dialable(const struct address *address, bool loopback)
{
    static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
    const uint8_t *ip = address->ip;
    if (address->port == 0)
        return false;
    if (memcmp(ip, mapped, sizeof mapped) == 0)
        return ip[12] != 0 && ip[12] < 224 && (ip[12] != 127 || loopback);
    if (is_zero(ip, 15))
        return ip[15] == 1 && loopback;
    return ip[0] != 0xff && !is_zero(ip, 12); /* the latter: ancient "IPv4-compatible" ones */
}

static void on_resolved(void *arg, const struct service_key *key, const struct address *address,
                        const AvahiStringList *text)
{
    struct finder *finder = arg;
    struct beacon beacon;
    bool good = address && is_dialable(address, finder->loopback) && record_parse(text, &beacon);
    sightings_resolved(finder->sightings, key, address, good ? &beacon : NULL, finder->now_ms);
}

static void on_changed(void *arg, const char *instance, const AvahiStringList *text)
{
    struct finder *finder = arg;
    struct beacon beacon;
    if (record_parse(text, &beacon))
        sightings_changed(finder->sightings, instance, &beacon);
}

/* ---------------------------------------------------------------- to the node */

void finder_log(struct finder *finder, const char *line)
{
    char text[DISCOVERY_LOG_MAX + 1];
    size_t size = 0;
    if (++finder->lines > LINES_PER_SECOND)
        return;
    for (; line[size] && size < DISCOVERY_LOG_MAX; size++)
        text[size] = line[size] >= ' ' && line[size] <= '~' ? line[size] : '?';
    text[size] = '\0';
    node_link_queue(finder->link, &(struct discovery_message){.type = DISCOVERY_LOG, .text = BYTES_TEXT(text)});
}

static void on_log(void *arg, const char *format, ...)
{
    char line[DISCOVERY_LOG_MAX + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    finder_log(arg, line);
}

static void send_report(struct finder *finder, const struct sighting_report *report)
{
    struct discovery_message message = {
        .type = report->gone ? DISCOVERY_GONE : DISCOVERY_SEEN,
        .instance = BYTES_TEXT(report->instance),
        .address = report->address,
        .beacon = report->beacon,
    };
    if (report->gone)
        finder->serving_kind->unwatch(finder->serving, report->instance);
    else
        finder->serving_kind->watch(finder->serving, report->instance);
    node_link_queue(finder->link, &message);
}

/* While no back end serves, reports wait: what is lost then is mostly found again. */
static void send_reports(struct finder *finder, uint64_t *due_ms)
{
    const uint8_t *own = finder->wanted.set ? finder->wanted.beacon.salt : NULL;
    struct sighting_report report;
    while (finder->serving) {
        if (finder->reports >= REPORTS_PER_SECOND) {
            due_at(due_ms, finder->window_ms + 1000);
            return;
        }
        if (!sightings_next_report(finder->sightings, own, &report))
            return;
        finder->reports++;
        send_report(finder, &report);
    }
}

static void begin_second(struct finder *finder)
{
    if (finder->now_ms - finder->window_ms < 1000)
        return;
    finder->window_ms = finder->now_ms;
    finder->reports = 0;
    finder->lines = 0;
}

/* ---------------------------------------------------------------- which back end */

static void serve_with(struct finder *finder, const struct backend_kind *kind, struct backend *backend)
{
    if (backend == finder->serving)
        return;
    if (finder->serving) {
        sightings_unconfirm(finder->sightings);
        finder->sweep_ms = DUE_NEVER;
    }
    finder->serving_kind = kind;
    finder->serving = backend;
    if (backend) {
        finder->sweep_ms = finder->now_ms + SWEEP_MS;
        on_log(finder, "looking for others through %s", kind->name);
    }
}

static void close_embedded(struct finder *finder)
{
    if (!finder->embedded)
        return;
    if (finder->serving == finder->embedded)
        serve_with(finder, NULL, NULL);
    backend_embedded.free(finder->embedded);
    finder->embedded = NULL;
}

static void lose_daemon(struct finder *finder)
{
    if (finder->serving != finder->daemon)
        return;
    serve_with(finder, NULL, NULL);
    finder->embed_ms = finder->now_ms + LOSS_GRACE_MS;
}

static void step_embedded(struct finder *finder, uint64_t *due_ms)
{
    if (finder->now_ms < finder->embed_ms) {
        due_at(due_ms, finder->embed_ms);
        return;
    }
    if (!finder->embedded)
        finder->embedded = backend_embedded.new(finder->poll, &finder->events, finder->loopback);
    if (backend_embedded.step(finder->embedded, &finder->wanted, finder->now_ms, due_ms))
        serve_with(finder, &backend_embedded, finder->embedded);
    else if (finder->serving == finder->embedded)
        serve_with(finder, NULL, NULL);
}

static void step_backends(struct finder *finder, uint64_t *due_ms)
{
    /* Nothing is published through the daemon before the engine in here is gone: both at once would be two nodes. */
    static const struct announcement nothing;
    const struct announcement *wanted = finder->embedded ? &nothing : &finder->wanted;
    if (!backend_daemon.step(finder->daemon, wanted, finder->now_ms, due_ms)) {
        lose_daemon(finder);
        step_embedded(finder, due_ms);
        return;
    }
    if (finder->embedded) {
        close_embedded(finder);
        due_at(due_ms, finder->now_ms);
    }
    serve_with(finder, &backend_daemon, finder->daemon);
}

static void look_up_next(struct finder *finder, uint64_t *due_ms)
{
    struct service_key key;
    while (finder->serving && sightings_next_lookup(finder->sightings, finder->now_ms, &key, due_ms)) {
        if (!finder->serving_kind->look_up(finder->serving, &key)) {
            sightings_put_back(finder->sightings, &key); /* the end of another lookup will wake us */
            return;
        }
    }
}

/* ---------------------------------------------------------------- for the main loop */

struct finder *finder_new(const AvahiPoll *poll, struct node_link *link, bool loopback, uint64_t now_ms)
{
    struct finder *finder = alloc_zero(1, sizeof *finder);
    *finder = (struct finder){.poll = poll, .link = link, .loopback = loopback, .now_ms = now_ms};
    finder->embed_ms = now_ms + START_GRACE_MS;
    finder->sweep_ms = DUE_NEVER;
    finder->sightings = sightings_new();
    finder->events = (struct backend_events){.arg = finder,
                                             .found = on_found,
                                             .lost = on_lost,
                                             .resolved = on_resolved,
                                             .changed = on_changed,
                                             .log = on_log};
    finder->daemon = backend_daemon.new(poll, &finder->events, loopback);
    return finder;
}

void finder_free(struct finder *finder)
{
    close_embedded(finder);
    backend_daemon.free(finder->daemon);
    sightings_free(finder->sightings);
    free(finder);
}

bool finder_handle(struct finder *finder, const struct discovery_message *message)
{
    switch (message->type) {
    case DISCOVERY_ANNOUNCE:
        finder->wanted.set = true;
        finder->wanted.port = message->address.port;
        finder->wanted.beacon = message->beacon;
        finder->wanted.round += message->again;
        return true;
    case DISCOVERY_PING:
        node_link_queue(finder->link, &(struct discovery_message){.type = DISCOVERY_PONG});
        return true;
    case DISCOVERY_SEEN:
    case DISCOVERY_GONE:
    case DISCOVERY_LOG:
    case DISCOVERY_PONG:
        break;
    }
    return false;
}

bool finder_step(struct finder *finder, uint64_t now_ms, uint64_t *due_ms)
{
    finder->now_ms = now_ms;
    begin_second(finder);
    step_backends(finder, due_ms);
    look_up_next(finder, due_ms);
    if (now_ms >= finder->sweep_ms) {
        finder->sweep_ms = DUE_NEVER;
        sightings_sweep(finder->sightings);
    }
    due_at(due_ms, finder->sweep_ms);
    send_reports(finder, due_ms);
    return node_link_flush(finder->link);
}
