/* SPDX-License-Identifier: MIT */
#include "call.h"
#include "fields.h"
#include "refusal.h"
#include "start_node.h"
#include "translate.h"

static enum exit_code say_open_failure(const struct context *context, enum error err)
{
    switch (err) {
    case ERR_NOT_FOUND:
        return refusal_say(context, EXIT_NO_NODE, "no_node",
                           _("No node runs for %s. Start one with `zuruf node`, or use any other verb."),
                           context->home);
    case ERR_NOT_PERMITTED:
        return refusal_say(context, EXIT_NO_NODE, "no_node",
                           _("The node of %s belongs to another user. Use a home of your own: --home or ZURUF_HOME."),
                           context->home);
    case ERR_TOO_BIG:
        return refusal_say(context, EXIT_NO_NODE, "no_node",
                           _("The path %s is too long for a socket. Choose a shorter one with --home or ZURUF_HOME."),
                           context->home);
    default:
        return refusal_say(context, EXIT_NO_NODE, "no_node",
                           _("The node of %s cannot be reached. Try again; `zuruf doctor` tells more."), context->home);
    }
}

enum exit_code call_open_running(const struct context *context, struct client **ret)
{
    enum error err = client_open(context->home, ret);
    return err ? say_open_failure(context, err) : EXIT_DONE;
}

enum exit_code call_open(const struct context *context, struct client **ret)
{
    enum error err = client_open(context->home, ret);

    if (!err)
        return EXIT_DONE;
    if (err != ERR_NOT_FOUND)
        return say_open_failure(context, err);
    return start_node(context, ret);
}

static enum exit_code call(const struct context *context, struct client *client, const char *method, json_t *params,
                           int64_t timeout_ms, call_explain *explain, const void *asked, json_t **ret_result)
{
    json_t *refused = NULL;
    enum error err = client_call(client, method, params, timeout_ms, ret_result, &refused);

    if (err)
        return refusal_of_error(context, err);
    if (!refused)
        return EXIT_DONE;
    const char *code = field_text(json_object_get(refused, "data"), "code");
    enum exit_code exit = explain ? explain(context, code, asked) : EXIT_DONE;
    if (!exit)
        exit = refusal_of_node(context, refused);
    json_decref(refused);
    return exit;
}

enum exit_code call_node_within(const struct context *context, struct client *client, const char *method,
                                json_t *params, int64_t timeout_ms, json_t **ret_result)
{
    return call(context, client, method, params, timeout_ms, NULL, NULL, ret_result);
}

enum exit_code call_node_explained(const struct context *context, struct client *client, const char *method,
                                   json_t *params, call_explain *explain, const void *asked, json_t **ret_result)
{
    return call(context, client, method, params, CLIENT_PATIENCE_MS, explain, asked, ret_result);
}

enum exit_code call_node(const struct context *context, struct client *client, const char *method, json_t *params,
                         json_t **ret_result)
{
    return call_node_within(context, client, method, params, CLIENT_PATIENCE_MS, ret_result);
}

enum exit_code call_once(const struct context *context, const char *method, json_t *params, json_t **ret_result)
{
    return call_explained_once(context, method, params, NULL, NULL, ret_result);
}

enum exit_code call_explained_once(const struct context *context, const char *method, json_t *params,
                                   call_explain *explain, const void *asked, json_t **ret_result)
{
    struct client *client;

    *ret_result = NULL;
    enum exit_code exit = call_open(context, &client);
    if (exit) {
        json_decref(params);
        return exit;
    }
    exit = call_node_explained(context, client, method, params, explain, asked, ret_result);
    client_free(client);
    return exit;
}
