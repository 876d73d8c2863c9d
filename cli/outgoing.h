/* SPDX-License-Identifier: MIT
 * What `zuruf send` was asked for, and one message of it as the API takes it. */
#pragma once
#include "verbs.h"
#include <jansson.h>
#include <stdint.h>

#define WAIT_FOR_ALL UINT64_MAX

struct outgoing {
    char *target;                 /* a group id, as target_group() gives it */
    const char *topic, *reply_to; /* may be NULL */
    bool urgent;
    uint64_t wait_for; /* persons who must have it; 0: do not wait */
    uint64_t timeout_ms;
};

/* NULL: the text is not UTF-8. */
json_t *outgoing_params(const struct outgoing *outgoing, const char *text, size_t size);

/* The id (with --json: id and time) of a message that is durable here, flushed. */
void outgoing_print(const struct context *context, const json_t *result);

/* Waits until each of `sent` (results of message.send) is with as many persons as asked, and shows the state reached.
 * EXIT_NOT_IN_TIME: not all are; the state is shown all the same.  `start_ms`: monotonic. */
struct client;
enum exit_code outgoing_wait(const struct context *context, struct client *client, const struct outgoing *outgoing,
                             const json_t *sent, uint64_t start_ms);
