/* SPDX-License-Identifier: MIT */
#include "follow.h"
#include "call.h"
#include "fields.h"
#include "refusal.h"
#include <string.h>

static enum exit_code subscribe(const struct context *context, struct client *client, const char *const *types,
                                const char *cursor)
{
    json_t *list = json_array(), *result;

    for (size_t i = 0; types[i]; i++)
        json_array_append_new(list, json_string(types[i]));
    json_t *params = json_pack("{s:o, s:s*}", "types", list, "cursor", cursor);
    enum exit_code exit = call_node(context, client, "event.subscribe", params, &result);
    json_decref(result);
    return exit;
}

enum exit_code follow_start(const struct context *context, struct client *client, const char *const *types)
{
    return subscribe(context, client, types, NULL);
}

enum exit_code follow_next(const struct context *context, struct client *client, const char *const *types,
                           int64_t timeout_ms, json_t **ret)
{
    for (;;) {
        json_t *event;
        enum error err = client_event(client, timeout_ms, &event);
        *ret = NULL;
        if (err == ERR_TIMEOUT)
            return EXIT_DONE;
        if (err)
            return refusal_of_error(context, err);
        if (strcmp(field_text(event, "type"), "event.lost") != 0) {
            *ret = event;
            return EXIT_DONE;
        }
        enum exit_code exit = subscribe(context, client, types, field_text(event, "cursor"));
        json_decref(event);
        if (exit)
            return exit;
    }
}
