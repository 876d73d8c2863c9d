/* SPDX-License-Identifier: MIT
 * How a verb talks to the node: connect (starting it when none runs), call, and say what went wrong. */
#pragma once
#include "client.h"
#include "verbs.h"

/* Connects to the node of this home; starts one in the background if none runs.  EXIT_DONE: *ret is the caller's. */
enum exit_code call_open(const struct context *context, struct client **ret);
/* Only connects.  EXIT_NO_NODE, said in words, when none runs. */
enum exit_code call_open_running(const struct context *context, struct client **ret);

/* One method; takes over `params` (NULL: none).  EXIT_DONE: *ret_result is the caller's; else the refusal has been said
 * and *ret_result is NULL. */
enum exit_code call_node(const struct context *context, struct client *client, const char *method, json_t *params,
                         json_t **ret_result);
/* The same with a time limit of its own; negative: none. */
enum exit_code call_node_within(const struct context *context, struct client *client, const char *method,
                                json_t *params, int64_t timeout_ms, json_t **ret_result);

/* For a verb that knows better what a code means: says it and returns what to exit with, or EXIT_DONE where it has
 * nothing to add to refusal.h.  `asked`: the verb's own. */
typedef enum exit_code call_explain(const struct context *context, const char *code, const void *asked);
enum exit_code call_node_explained(const struct context *context, struct client *client, const char *method,
                                   json_t *params, call_explain *explain, const void *asked, json_t **ret_result);

/* call_open, call_node, client_free. */
enum exit_code call_once(const struct context *context, const char *method, json_t *params, json_t **ret_result);
enum exit_code call_explained_once(const struct context *context, const char *method, json_t *params,
                                   call_explain *explain, const void *asked, json_t **ret_result);
