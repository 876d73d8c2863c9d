/* SPDX-License-Identifier: MIT
 * One computer of the office: a home directory and a real `zuruf node` on loopback, without mDNS. */
#pragma once
#include "client.h"
#include "process.h"
#include "scratch.h"

struct computer {
    struct path home;
    struct process process;
    char address[64];     /* "127.0.0.1:PORT" */
    double start_seconds; /* from its start to its "ready" line */
};

/* Starts the node of `home`; `peer` (NULL: none) is the address of another one. */
void computer_start(struct computer *computer, const struct path *home, const char *peer);
void computer_stop(struct computer *computer);

/* Through the API of a running node: */
void computer_create_identity(struct client *client, const char *name);
void computer_create_workspace(struct client *client, const char *name);
/* Invites with `host` and lets `guest` join at `address`; does not wait for the end of it. */
void computer_join(struct client *host, struct client *guest, const char *address);

/* What sync.status says. */
struct progress {
    uint64_t entries, missing;
    size_t links;
};
struct progress computer_progress(struct client *client);
