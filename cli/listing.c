/* SPDX-License-Identifier: MIT */
#include "listing.h"
#include "call.h"
#include "fields.h"
#include "options.h"
#include "times.h"
#include "translate.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* A page has to fit into a line of the API even when each of its texts is as long as it may be. */
#define PAGE 1000
#define ORDER_POLL_MS 100

static void set_time(json_t *params, const char *key, uint64_t ms)
{
    char text[TIMES_SIZE];

    if (ms == 0)
        return;
    times_rfc3339(ms, text);
    json_object_set_new(params, key, json_string(text));
}

static json_t *page_params(const struct listing *listing, const char *cursor, uint64_t left)
{
    json_t *params = json_pack("{s:s, s:I, s:s, s:s*, s:s*}", "target", listing->target, "limit",
                               (json_int_t)(left < PAGE ? left : PAGE), "direction",
                               listing->backward ? "backward" : "forward", "topic", listing->topic, "cursor", cursor);
    set_time(params, "since", listing->since_ms);
    set_time(params, "until", listing->until_ms);
    if (listing->clock)
        json_object_set_new(params, "clock", json_true());
    return params;
}

/* One page; asks again while the order is still being made, if that matters. */
static enum exit_code fetch(const struct context *context, struct client *client, const struct listing *listing,
                            const char *cursor, uint64_t left, json_t **ret)
{
    for (;;) {
        enum exit_code exit = call_node(context, client, "message.list", page_params(listing, cursor, left), ret);
        if (exit || !listing->await_order || field_true(*ret, "current"))
            return exit;
        json_decref(*ret);
        poll(NULL, 0, ORDER_POLL_MS);
    }
}

enum exit_code listing_run(const struct context *context, struct client *client, const struct listing *listing,
                           listing_visitor visit, void *arg)
{
    uint64_t left = listing->most ? listing->most : UINT64_MAX;
    char *cursor = NULL;
    bool more = true;

    while (more && left > 0) {
        json_t *page, *message;
        size_t index;
        enum exit_code exit = fetch(context, client, listing, cursor, left, &page);
        free(cursor);
        if (exit)
            return exit;
        json_array_foreach(json_object_get(page, "messages"), index, message)
        {
            more = more && left > 0 && visit(arg, message);
            left--;
        }
        cursor = *field_text(page, "cursor") ? strdup(field_text(page, "cursor")) : NULL;
        more = more && cursor;
        json_decref(page);
    }
    free(cursor);
    return EXIT_DONE;
}

enum exit_code listing_early(const struct context *context, struct client *client, const struct listing *listing,
                             json_t **ret)
{
    json_t *page;
    json_t *params = json_pack("{s:s, s:b, s:s*}", "target", listing->target, "early", 1, "topic", listing->topic);

    set_time(params, "since", listing->since_ms);
    set_time(params, "until", listing->until_ms);
    enum exit_code exit = call_node(context, client, "message.list", params, &page);
    *ret = exit ? NULL : json_incref(json_object_get(page, "messages"));
    json_decref(page);
    return exit;
}

bool listing_set_range(const struct context *context, struct listing *listing, const char *since, const char *until)
{
    uint64_t now = times_now_ms();
    const char *wrong = NULL;

    if (since && !times_parse(since, now, TIMES_START_OF_DAY, &listing->since_ms))
        wrong = since;
    if (until && !times_parse(until, now, TIMES_END_OF_DAY, &listing->until_ms))
        wrong = until;
    if (wrong)
        options_misused(context, _("\"%s\" is no time such as 2026-11-24, \"2026-11-24 10:30\" or 2h (ago)"), wrong);
    return !wrong;
}
