/* SPDX-License-Identifier: MIT
 * zuruf read: the messages of a chat, and those to come. */
#include "call.h"
#include "fields.h"
#include "follow.h"
#include "listing.h"
#include "message.h"
#include "options.h"
#include "output.h"
#include "target.h"
#include "times.h"
#include "translate.h"
#include <stdlib.h>
#include <string.h>

const char verb_read_help[] =
    N_("Examples:\n"
       "  zuruf read .                            the chat of the whole workspace\n"
       "  zuruf read \"Office Munich\" --last 20 --follow\n"
       "  zuruf read . --since 2026-11-01 --until 2026-11-30 --topic Invoices\n"
       "\n"
       "Prints the messages of a chat in order, the oldest first. TARGET is the name of a chat; the\n"
       "workspace's own chat has the workspace's name, and \".\" means it too; \"@Anna\" is the chat with\n"
       "Anna alone.\n"
       "\n"
       "  --last N        only the newest N\n"
       "  --follow        go on with what comes\n"
       "  --since TIME    2026-11-24, \"2026-11-24 10:30\", RFC 3339, or how long ago: 2h, 7d\n"
       "  --until TIME    a day alone means its end\n"
       "  --topic TOPIC   only these\n"
       "  --ids           with the ids of messages, for `zuruf send --reply ID`\n"
       "  --clock         with --json: each message's vector clock\n"
       "JSON: id group topic author person device verification seq time seen_at text reply_to edited urgent late\n"
       "state type, with --clock: clock; early (true) while the history before it is still coming\n");

static const char *const event_types[] = {"message.added", "message.completed", NULL};

struct reading {
    struct context *context;
    struct listing listing;
    const char *since, *until;
    bool follow;
    unsigned form;
    json_t *shown;  /* with --follow: ids printed from the list, which may come as events once more */
    json_t *newest; /* with --last: collected backwards */
};

static void print(const struct reading *reading, json_t *message)
{
    if (reading->context->json)
        output_json(message);
    else
        message_print(stdout, message, reading->form);
}

static bool print_listed(void *arg, json_t *message)
{
    struct reading *reading = arg;

    print(reading, message);
    if (reading->follow)
        json_object_set_new(reading->shown, field_text(message, "id"), json_true());
    return !ferror(stdout);
}

static bool collect(void *arg, json_t *message)
{
    struct reading *reading = arg;

    json_array_append(reading->newest, message);
    return true;
}

static enum exit_code list_newest(struct reading *reading, struct client *client, uint64_t most)
{
    enum exit_code exit = EXIT_DONE;

    reading->listing.backward = true;
    reading->listing.most = most;
    if (most)
        exit = listing_run(reading->context, client, &reading->listing, collect, reading);
    for (size_t i = json_array_size(reading->newest); !exit && i > 0; i--)
        print_listed(reading, json_array_get(reading->newest, i - 1));
    json_array_clear(reading->newest);
    return exit;
}

/* The list, and behind it what is shown before its history.  The latter is asked for first: what gets into the list
 * meanwhile is printed twice rather than not at all. */
static enum exit_code list(struct reading *reading, struct client *client)
{
    json_t *early;
    uint64_t most = reading->listing.most;
    enum exit_code exit = listing_early(reading->context, client, &reading->listing, &early);
    size_t count = json_array_size(early);

    if (exit)
        return exit;
    if (most)
        exit = list_newest(reading, client, most > count ? most - count : 0);
    else
        exit = listing_run(reading->context, client, &reading->listing, print_listed, reading);
    for (size_t i = most && most < count ? count - (size_t)most : 0; !exit && i < count; i++)
        print_listed(reading, json_array_get(early, i));
    json_decref(early);
    return exit;
}

/* An event knows nothing of the filters of the list. */
static bool is_wanted(const struct reading *reading, const json_t *message, const char *group, const char *name)
{
    const char *of = field_text(message, "group");
    uint64_t ms = 0;

    if (strcmp(of, group) != 0 && strcmp(of, name) != 0)
        return false;
    if (reading->listing.topic && strcmp(field_text(message, "topic"), reading->listing.topic) != 0)
        return false;
    if (!times_parse_rfc3339(field_text(message, "time"), &ms))
        return true;
    return ms >= reading->listing.since_ms && (!reading->listing.until_ms || ms < reading->listing.until_ms);
}

/* Events come without the vector clock. */
static enum exit_code print_event(const struct reading *reading, struct client *client, json_t *message)
{
    json_t *whole;

    if (!reading->listing.clock) {
        print(reading, message);
        return EXIT_DONE;
    }
    enum exit_code exit = call_node(reading->context, client, "message.get",
                                    json_pack("{s:s, s:b}", "id", field_text(message, "id"), "clock", 1), &whole);
    if (!exit)
        print(reading, whole);
    json_decref(whole);
    return exit;
}

static enum exit_code follow(struct reading *reading, struct client *client, const char *group, const char *name)
{
    for (;;) {
        json_t *event;
        enum exit_code exit = follow_next(reading->context, client, event_types, -1, &event);
        if (exit)
            return exit;
        json_t *message = json_object_get(event, "message");
        bool added = strcmp(field_text(event, "type"), "message.added") == 0;
        bool repeated = added && json_object_del(reading->shown, field_text(message, "id")) == 0;
        if (!repeated && is_wanted(reading, message, group, name))
            exit = print_event(reading, client, message);
        json_decref(event);
        if (fflush(stdout) != 0)
            return EXIT_FAILED;
        if (exit)
            return exit;
    }
}

/* Subscribes before it lists: what comes in between stands in the list, comes as an event, or both, but is never
 * missed. */
static enum exit_code read_chat(struct reading *reading, struct client *client, const char *target)
{
    char *group = NULL, *name = NULL;
    enum exit_code exit = EXIT_DONE;

    if (reading->follow)
        exit = follow_start(reading->context, client, event_types);
    if (!exit)
        exit = target_group(reading->context, client, target, &group, &name);
    if (!exit) {
        reading->listing.target = group;
        exit = list(reading, client);
    }
    fflush(stdout);
    if (!exit && reading->follow)
        exit = follow(reading, client, group, name);
    free(group);
    free(name);
    return exit;
}

/* False: leave with *ret_exit. */
static bool parse(struct reading *reading, int argc, char **argv, enum exit_code *ret_exit)
{
    enum { FOLLOW = OPTION_OWN, LAST, SINCE, UNTIL, TOPIC, IDS, CLOCK };
    static const struct option longs[] = {
        {"follow", no_argument, NULL, FOLLOW},     {"last", required_argument, NULL, LAST},
        {"since", required_argument, NULL, SINCE}, {"until", required_argument, NULL, UNTIL},
        {"topic", required_argument, NULL, TOPIC}, {"ids", no_argument, NULL, IDS},
        {"clock", no_argument, NULL, CLOCK},       OPTIONS_COMMON};
    struct context *context = reading->context;
    const char *last = NULL;
    bool with_ids = false;
    const struct option_place places[] = {
        {.flag = &reading->follow},        {.text = &last},
        {.text = &reading->since},         {.text = &reading->until},
        {.text = &reading->listing.topic}, {.flag = &with_ids},
        {.flag = &reading->listing.clock},
    };

    if (!options_take(context, argc, argv, longs, places, ret_exit))
        return false;
    if (with_ids)
        reading->form |= MESSAGE_WITH_ID;
    if (last && (!options_number(last, UINT32_MAX, &reading->listing.most) || reading->listing.most == 0)) {
        *ret_exit = options_misused(context, _("--last takes a number from 1 on, not \"%s\""), last);
        return false;
    }
    if (argc - optind != 1) {
        *ret_exit = options_misused(context, _("one TARGET is needed: the name of a chat, or \".\""));
        return false;
    }
    *ret_exit = EXIT_USAGE;
    return listing_set_range(context, &reading->listing, reading->since, reading->until);
}

enum exit_code verb_read(struct context *context, int argc, char **argv)
{
    struct reading reading = {.context = context};
    struct client *client;
    enum exit_code exit;

    if (!parse(&reading, argc, argv, &exit))
        return exit;
    exit = call_open(context, &client);
    if (exit)
        return exit;
    reading.shown = json_object();
    reading.newest = json_array();
    exit = read_chat(&reading, client, argv[optind]);
    json_decref(reading.newest);
    json_decref(reading.shown);
    client_free(client);
    return exit;
}
