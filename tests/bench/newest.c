/* SPDX-License-Identifier: MIT
 * A fresh computer joins a workspace with a million entries: how long until its owner can read the newest 200
 * messages, and until it has all of them; and its memory meanwhile. */
#include "bench.h"
#include "guest.h"
#include <stdio.h>
#include <string.h>

#define NEWEST 200
#define POLL_MS 5
#define LOOK_AT_ALL_MS 50
#define PATIENCE_NS UINT64_C(60000000000)

static json_t *list(struct client *client, json_t *params)
{
    json_t *page = client_call(client, "message.list", params);
    json_t *messages = json_incref(json_object_get(page, "messages"));

    json_decref(page);
    return messages;
}

static json_t *list_newest(struct client *client)
{
    return list(client, json_pack("{s:s, s:i, s:s}", "target", "Office", "limit", NEWEST, "direction", "backward"));
}

/* Strikes off `wanted` (by id) what `messages` has, readable. */
static void strike(json_t *wanted, json_t *messages)
{
    const json_t *message;
    size_t i;

    json_array_foreach(messages, i, message)
    {
        const char *state = json_string_value(json_object_get(message, "state"));
        if (state && strcmp(state, "readable") == 0)
            json_object_del(wanted, json_string_value(json_object_get(message, "id")));
    }
    json_decref(messages);
}

static json_t *newest_ids(struct host *host)
{
    json_t *ids = json_object(), *messages = list_newest(&host->client);
    const json_t *message;
    size_t i;

    json_array_foreach(messages, i, message)
        json_object_set_new(ids, json_string_value(json_object_get(message, "id")), json_true());
    json_decref(messages);
    return ids;
}

/* The name of the group comes with the first entries. */
static bool knows_group(struct guest *guest)
{
    json_t *groups = client_call(&guest->client, "group.list", NULL);
    const json_t *first = json_array_get(json_object_get(groups, "groups"), 0);
    const char *name = json_string_value(json_object_get(first, "name"));
    bool known = name && strcmp(name, "Office") == 0;

    json_decref(groups);
    return known;
}

struct first {
    double ms; /* until some could be read */
    size_t readable;
};

/* Until each of `wanted` was readable: early, or in its place where what was before it had come first. */
static struct first wait_for_newest(struct guest *guest, json_t *wanted, uint64_t start)
{
    struct first first = {0};
    size_t all = json_object_size(wanted);

    while (json_object_size(wanted) > 0) {
        if (knows_group(guest)) {
            strike(wanted, list(&guest->client, json_pack("{s:s, s:b}", "target", "Office", "early", 1)));
            if (json_object_size(wanted) > 0)
                strike(wanted, list_newest(&guest->client));
            if (first.readable == 0 && json_object_size(wanted) < all)
                first = (struct first){1e3 * seconds_since(start), all - json_object_size(wanted)};
        }
        guest_note_memory(guest);
        if (now_ns() - start > PATIENCE_NS)
            die("%zu of the newest messages do not come", json_object_size(wanted));
        if (json_object_size(wanted) > 0)
            sleep_ms(POLL_MS);
    }
    return first;
}

static void wait_for_all(struct guest *guest, uint64_t total, uint64_t start)
{
    while (!guest_is_complete(guest, total)) {
        guest_note_memory(guest);
        if (now_ns() - start > PATIENCE_NS)
            die("the new computer does not catch up");
        sleep_ms(LOOK_AT_ALL_MS);
    }
}

void bench_newest_200(const struct bench *bench)
{
    const struct history *history = history_large(bench);
    struct samples newest = {0}, all = {0}, peak = {0}, idle = {0}, none = {0}, all_again = {0};
    struct host host;
    struct guest guest;
    char note[96];

    host_start(&host, &history->home);
    uint64_t total = computer_progress(&host.client).entries;
    json_t *wanted = newest_ids(&host);
    guest_start(&guest, &host);
    uint64_t start = now_ns();
    guest_join(&guest, &host);
    struct first first = wait_for_newest(&guest, wanted, start);
    samples_add(&newest, 1e3 * seconds_since(start));
    wait_for_all(&guest, total, start);
    samples_add(&all, 1e3 * seconds_since(start));
    samples_add(&all_again, all.values[0]);
    samples_add(&peak, guest.peak_mib);
    samples_add(&idle, guest.idle_mib);
    json_decref(wanted);
    guest_stop(&guest);
    host_stop(&host);

    snprintf(note, sizeof note, "%zu of them after %.0f ms; yardstick: until all are durable", first.readable,
             first.ms);
    report_figure("newest_200", "ms", &newest, &all_again, note);
    report_figure("newest_200_all", "ms", &all, &none, history_note(history));
    report_figure("newest_200_peak_memory", "MiB", &peak, &idle, "yardstick: before it joined");
}
