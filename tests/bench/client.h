/* SPDX-License-Identifier: MIT
 * A client of a node's local API (net/API.md), blocking, one per connection.  Whatever the node refuses ends the
 * program: a benchmark has nothing to recover. */
#pragma once
#include "core/base/bytes.h"
#include <jansson.h>

struct client {
    int fd;
    struct buffer in;
    size_t at; /* where the next line starts in `in` */
    uint64_t last_id;
};

void client_open(const char *home, struct client *ret);
void client_done(struct client *client);

/* Writes a request and does not wait; takes over `params` (NULL: none). */
void client_request(struct client *client, const char *method, json_t *params);
/* As that, and waits for its answer; what comes on the way is dropped, unless it is a refusal.  The result is the
 * caller's. */
json_t *client_call(struct client *client, const char *method, json_t *params);
/* Subscribes to one type of event; shown early too. */
void client_subscribe(struct client *client, const char *type);

/* Writes all of it. */
void client_write(struct client *client, struct bytes bytes);
/* Reads once, waiting until there is something. */
void client_fill(struct client *client);
/* The next whole line of what has been read, without its break and zero-terminated; NULL: none yet.  Dies with the
 * next client_fill(). */
const char *client_line(struct client *client);
