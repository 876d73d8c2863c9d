/* SPDX-License-Identifier: MIT */
#include "guest.h"
#include "measure.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

void host_start(struct host *host, const struct path *home)
{
    *host = (struct host){0};
    computer_start(&host->computer, home, NULL);
    client_open(home->text, &host->client);
}

void host_stop(struct host *host)
{
    client_done(&host->client);
    computer_stop(&host->computer);
}

void guest_start(struct guest *guest, struct host *host)
{
    struct path home = scratch_directory("guest");
    char name[32];

    *guest = (struct guest){0};
    computer_start(&guest->computer, &home, NULL);
    client_open(home.text, &guest->client);
    snprintf(name, sizeof name, "Guest %ld-%u", (long)guest->computer.process.pid, ++host->guests);
    computer_create_identity(&guest->client, name);
    guest->idle_mib = process_anonymous_mib(guest->computer.process.pid);
}

void guest_stop(struct guest *guest)
{
    client_done(&guest->client);
    computer_stop(&guest->computer);
    scratch_remove(&guest->computer.home);
}

uint64_t guest_join(struct guest *guest, struct host *host)
{
    struct client events;

    client_open(guest->computer.home.text, &events);
    client_subscribe(&events, "peer.up");
    computer_join(&host->client, &guest->client, host->computer.address);
    while (!client_line(&events))
        client_fill(&events);
    uint64_t linked = now_ns();
    client_done(&events);
    return linked;
}

void guest_note_memory(struct guest *guest)
{
    double mib = process_anonymous_mib(guest->computer.process.pid);

    if (mib > guest->peak_mib)
        guest->peak_mib = mib;
}

/* Arrival number of the newest durable entry: where a subscription starts. */
static uint64_t durable_entries(struct client *client)
{
    json_t *result = client_call(client, "event.subscribe", json_pack("{s:[s]}", "types", "peer.down"));
    const char *cursor = json_string_value(json_object_get(result, "cursor"));
    uint64_t count = cursor ? strtoull(cursor, NULL, 10) : 0;

    json_decref(result);
    return count;
}

bool guest_is_complete(struct guest *guest, uint64_t total)
{
    struct progress progress = computer_progress(&guest->client);

    return progress.missing == 0 && progress.entries >= total && durable_entries(&guest->client) >= total;
}

bool guest_is_ordered(struct guest *guest)
{
    json_t *page = client_call(&guest->client, "message.list",
                               json_pack("{s:s, s:i, s:s}", "target", "Office", "limit", 1, "direction", "backward"));
    bool current = json_is_true(json_object_get(page, "current"));

    json_decref(page);
    return current;
}

double guest_file_size(const struct guest *guest)
{
    char name[PATH_MAX + 16];
    struct stat status;

    snprintf(name, sizeof name, "%s/data.mdb", guest->computer.home.text);
    return stat(name, &status) == 0 ? (double)status.st_size : 0;
}
