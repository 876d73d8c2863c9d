/* SPDX-License-Identifier: MIT
 * A node that is a script: on a thread of its own, at the other end of a socket pair.  A test hands it a function that
 * reads requests and writes whatever lines it likes. */
#pragma once
#include "cli/client.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct fake_node {
    pthread_t thread;
    void (*script)(FILE *from, FILE *to);
    int fd;
    struct client *client; /* for the test */
};

static void *fake_node_run(void *arg)
{
    struct fake_node *node = arg;
    FILE *from = fdopen(node->fd, "r");
    FILE *to = fdopen(dup(node->fd), "w");

    node->script(from, to);
    fclose(to);
    fclose(from);
    return NULL;
}

static inline void fake_node_start(struct fake_node *node, void (*script)(FILE *from, FILE *to))
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        abort();
    signal(SIGPIPE, SIG_IGN); /* the client may be gone before a script has written all */
    node->script = script;
    node->fd = ends[1];
    node->client = client_new(ends[0]);
    if (pthread_create(&node->thread, NULL, fake_node_run, node) != 0)
        abort();
}

static inline void fake_node_end(struct fake_node *node)
{
    client_free(node->client);
    pthread_join(node->thread, NULL);
}

/* The next request; NULL: the client has gone. */
static inline json_t *fake_node_request(FILE *from)
{
    char *line = NULL;
    size_t room = 0;
    json_t *request = getline(&line, &room, from) > 0 ? json_loads(line, JSON_REJECT_DUPLICATES, NULL) : NULL;

    free(line);
    return request;
}

/* Answers `request`, which is given up, with `result`, likewise. */
static inline void fake_node_answer(FILE *to, json_t *request, json_t *result)
{
    json_t *reply =
        json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", json_object_get(request, "id"), "result", result);

    json_dumpf(reply, to, JSON_COMPACT);
    fputc('\n', to);
    fflush(to);
    json_decref(reply);
    json_decref(request);
}

static inline void fake_node_refuse(FILE *to, json_t *request, const char *code)
{
    json_t *reply =
        json_pack("{s:s, s:O, s:{s:i, s:s, s:{s:s}}}", "jsonrpc", "2.0", "id", json_object_get(request, "id"), "error",
                  "code", -32000, "message", "refused", "data", "code", code);

    json_dumpf(reply, to, JSON_COMPACT);
    fputc('\n', to);
    fflush(to);
    json_decref(reply);
    json_decref(request);
}
