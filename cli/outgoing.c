/* SPDX-License-Identifier: MIT */
#include "outgoing.h"
#include "call.h"
#include "fields.h"
#include "follow.h"
#include "message.h"
#include "output.h"
#include "times.h"
#include "translate.h"
#include <stdio.h>
#include <string.h>

#define LOOK_AGAIN_MS 1000 /* events tell when to look; this is for those that evidence other than an event settles */

json_t *outgoing_params(const struct outgoing *outgoing, const char *text, size_t size)
{
    json_t *string = json_stringn(text, size);

    if (!string)
        return NULL;
    json_t *params = json_pack("{s:s, s:o, s:s*, s:s*}", "target", outgoing->target, "text", string, "topic",
                               outgoing->topic, "reply_to", outgoing->reply_to);
    if (outgoing->urgent)
        json_object_set_new(params, "urgent", json_true());
    return params;
}

void outgoing_print(const struct context *context, const json_t *result)
{
    if (context->json)
        output_json(result);
    else if (*field_text(result, "id"))
        printf("%s\n", field_text(result, "id"));
    else
        fputs(_("The message waits on this computer for a key, and goes out by itself when that comes.\n"), stderr);
    fflush(stdout);
}

static bool is_reached(const json_t *receipt, uint64_t wait_for)
{
    if (wait_for == WAIT_FOR_ALL)
        return strcmp(field_text(receipt, "state"), "all") == 0;
    return field_number(receipt, "with") >= wait_for;
}

/* Looks at the receipt of one message until it says enough or the time is over. */
static enum exit_code wait_for_one(const struct context *context, struct client *client,
                                   const struct outgoing *outgoing, const char *id, uint64_t deadline_ms,
                                   json_t **ret_receipt)
{
    static const char *const types[] = {"message.acknowledged", NULL};

    if (!*id)
        return EXIT_NOT_IN_TIME; /* it waits for a key */
    for (;;) {
        json_t *event;
        enum exit_code exit = call_node(context, client, "message.receipt", json_pack("{s:s}", "id", id), ret_receipt);
        if (exit)
            return exit;
        uint64_t now = times_mono_ms();
        if (is_reached(*ret_receipt, outgoing->wait_for))
            return EXIT_DONE;
        if (now >= deadline_ms)
            return EXIT_NOT_IN_TIME;
        json_decref(*ret_receipt);
        *ret_receipt = NULL;
        int64_t left = (int64_t)(deadline_ms - now);
        exit = follow_next(context, client, types, left < LOOK_AGAIN_MS ? left : LOOK_AGAIN_MS, &event);
        json_decref(event);
        if (exit)
            return exit;
    }
}

static void print_state_json(const json_t *message, json_t *receipt)
{
    json_t *line = json_copy((json_t *)message);

    json_object_update(line, receipt);
    output_json(line);
    json_decref(line);
    fflush(stdout);
}

static void print_state(const json_t *message, const json_t *receipt)
{
    fprintf(stderr, "%s: ", field_text(message, "id"));
    message_print_receipt(stderr, receipt);
    fputc('\n', stderr);
}

enum exit_code outgoing_wait(const struct context *context, struct client *client, const struct outgoing *outgoing,
                             const json_t *sent, uint64_t start_ms)
{
    static const char *const types[] = {"message.acknowledged", NULL};
    enum exit_code result = follow_start(context, client, types);
    const json_t *message;
    size_t index;

    if (result)
        return result;
    json_array_foreach(sent, index, message)
    {
        json_t *receipt = NULL;
        enum exit_code exit = wait_for_one(context, client, outgoing, field_text(message, "id"),
                                           start_ms + outgoing->timeout_ms, &receipt);
        bool last = index + 1 == json_array_size(sent);
        if (receipt && context->json)
            print_state_json(message, receipt);
        else if (receipt && (last || (exit && !result)))
            print_state(message, receipt);
        json_decref(receipt);
        if (exit && exit != EXIT_NOT_IN_TIME)
            return exit;
        result = exit ? exit : result;
    }
    return result;
}
