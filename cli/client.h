/* SPDX-License-Identifier: MIT
 * A blocking client of the local API (net/API.md): JSON-RPC 2.0, one object a line, over HOME/socket.  Replies may come
 * in any order and notifications in between; whoever calls one method at a time sees nothing of that. */
#pragma once
#include "core/error.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_LINE_MAX ((size_t)1 << 20) /* of a request */
#define CLIENT_PATIENCE_MS 30000          /* for methods that do not wait for other computers */

struct client;

/* ERR_NOT_FOUND: no node serves this home.  ERR_NOT_PERMITTED: it is another user's.  ERR_TOO_BIG: the path is too long
 * for a socket. */
MUST_USE enum error client_open(const char *home, struct client **ret);
/* On a connected stream socket, which the client then owns. */
struct client *client_new(int fd);
void client_free(struct client *client);
int client_fd(const struct client *client); /* for poll(): readable means client_receive() may have something */

/* Queues a request; takes over the reference to `params` (NULL: none).  ERR_TOO_BIG: longer than CLIENT_LINE_MAX. */
MUST_USE enum error client_request(struct client *client, const char *method, json_t *params, uint64_t *ret_id);
/* Writes what is queued, reading at the same time, so that two full pipes never wait for each other.  ERR_CLOSED. */
MUST_USE enum error client_flush(struct client *client);
size_t client_queued(const struct client *client); /* bytes that client_flush() would write */

/* The next object from the node, a reply or a notification; the caller owns it.  ERR_TIMEOUT: none within `timeout_ms`
 * (0: only what is there; negative: no limit).  ERR_CLOSED: the node has gone.  ERR_MALFORMED: that was no JSON. */
MUST_USE enum error client_receive(struct client *client, int64_t timeout_ms, json_t **ret);

/* One request and its reply, within `timeout_ms`.  OK: exactly one of the two results is set and owned by the caller.
 * Notifications that come meanwhile wait for client_event(). */
MUST_USE enum error client_call(struct client *client, const char *method, json_t *params, int64_t timeout_ms,
                                json_t **ret_result, json_t **ret_refusal);
/* The params of the next notification; the caller owns them.  Errors as client_receive(). */
MUST_USE enum error client_event(struct client *client, int64_t timeout_ms, json_t **ret);
/* True while notifications wait that have been read already, so that poll() on the descriptor would not tell. */
bool client_has_more(const struct client *client);
