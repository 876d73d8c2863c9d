/* SPDX-License-Identifier: MIT */
#include "computer.h"
#include "measure.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void computer_start(struct computer *computer, const struct path *home, const char *peer)
{
    const char *arguments[] = {ZURUF_PROGRAM, "node",     "--home",      home->text,
                               "--no-mdns",   "--listen", "127.0.0.1:0", peer ? "--peer" : NULL,
                               peer,          NULL};
    char line[128];

    uint64_t start = now_ns();
    process_start(arguments, &computer->process);
    process_line(&computer->process, line, sizeof line);
    computer->start_seconds = seconds_since(start);
    computer->home = *home;
    if (sscanf(line, "ready %63s", computer->address) != 1)
        die("the node said \"%s\" where \"ready ADDR:PORT\" was expected", line);
}

void computer_stop(struct computer *computer)
{
    process_stop(&computer->process);
}

void computer_create_identity(struct client *client, const char *name)
{
    json_decref(client_call(client, "identity.create", json_pack("{s:s}", "name", name)));
}

void computer_create_workspace(struct client *client, const char *name)
{
    json_decref(client_call(client, "workspace.create", json_pack("{s:s}", "name", name)));
}

void computer_join(struct client *host, struct client *guest, const char *address)
{
    json_t *invite = client_call(host, "invite.create", NULL);
    const char *code = json_string_value(json_object_get(invite, "code"));

    client_request(guest, "workspace.join", json_pack("{s:s, s:[s]}", "code", code, "peers", address));
    json_decref(invite);
}

static uint64_t digits(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? strtoull(text, NULL, 10) : 0;
}

struct progress computer_progress(struct client *client)
{
    json_t *status = client_call(client, "sync.status", NULL);
    const json_t *groups = json_object_get(status, "groups");
    struct progress progress = {.entries = digits(status, "entries"),
                                .links = (size_t)json_integer_value(json_object_get(status, "links"))};

    for (size_t i = 0; i < json_array_size(groups); i++)
        progress.missing += digits(json_array_get(groups, i), "missing");
    json_decref(status);
    return progress;
}
