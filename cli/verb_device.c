/* SPDX-License-Identifier: MIT
 * zuruf device: the computers of one person. */
#include "call.h"
#include "devices_print.h"
#include "fields.h"
#include "join_code.h"
#include "joining.h"
#include "output.h"
#include "refusal.h"
#include "times.h"
#include "translate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define HOST_NAME_SIZE 65 /* as long as a name may be */

const char verb_device_help[] =
    N_("Examples:\n"
       "  zuruf device link\n"
       "  zuruf device link able acid arch baby cage dawn\n"
       "  zuruf device list\n"
       "  zuruf device name Laptop\n"
       "  zuruf device revoke able-acid-arch\n"
       "\n"
       "A person can have several computers. `device link` on one that you use already prints six words;\n"
       "on the new one type them behind `device link`, while both are on. From then on both speak for\n"
       "you: what you write on either bears your name, and your chats are on both, with what was written\n"
       "before. Whoever has the words can read and write as you: say them to nobody. A root key stays where it\n"
       "is: that of the workspace goes to another computer by its sheets (`zuruf help root`).\n"
       "\n"
       "`device list` shows your computers: the six words of each, whether it is there or when it was seen\n"
       "last, and since when it is yours. `device revoke` takes one away that is lost or sold: it learns\n"
       "nothing more, from anybody; its name will do, or the first of its six words, if no other has that.\n"
       "Whoever has it can do the same to yours: so be quick, or have an admin remove you with all computers\n"
       "and let you in again, as `zuruf invite --person NAME` does.\n"
       "`device name` says what this computer is called: at first like its system. Everybody in the workspace\n"
       "sees it.\n"
       "\n"
       "  --expires TIME     how long the words are good: 15m (as usual), 24h\n"
       "  --peer HOST:PORT   with words: where your other computer is, if it is not found by itself; may be\n"
       "                     repeated\n"
       "  --timeout TIME     with words: give up after this long (20s)\n"
       "JSON of link: code link expires; with words: workspace name; of list: name label device fingerprint\n"
       "self online since last_seen linked added_by\n");

struct asking {
    struct context *context;
    struct joining joining;
    const char *expires;
    char **words; /* behind the subcommand */
    size_t count;
};

/* ---------------------------------------------------------------- on a computer of that person's */

static enum exit_code make_code(const struct asking *asking)
{
    uint64_t expires_ms = 15 * 60 * 1000;
    json_t *result;

    if (asking->expires && (!times_parse_duration(asking->expires, &expires_ms) || expires_ms == 0))
        return options_misused(asking->context, _("\"%s\" is no length of time such as 24h"), asking->expires);
    json_t *params = json_pack("{s:I}", "expires_in_ms", (json_int_t)expires_ms);
    enum exit_code exit = call_once(asking->context, "device.link", params, &result);
    if (exit)
        return exit;
    if (asking->context->json)
        output_json(result);
    else
        devices_print_code(stdout, result);
    json_decref(result);
    return EXIT_DONE;
}

/* ---------------------------------------------------------------- on the new one */

/* Its own name is that of the person, once that has come; till then it is called like the computer. */
static enum exit_code become_somebody(const struct context *context, struct client *client, const json_t *info)
{
    char name[HOST_NAME_SIZE] = "";
    json_t *result;

    if (field_true(info, "has_identity"))
        return EXIT_DONE;
    if (gethostname(name, sizeof name - 1) != 0 || !*name)
        strcpy(name, "computer");
    enum exit_code exit = call_node(context, client, "identity.create", json_pack("{s:s}", "name", name), &result);
    json_decref(result);
    return exit;
}

static void print_linked(const struct context *context, json_t *result, const json_t *info)
{
    json_object_set(result, "name", json_object_get(info, "name"));
    if (context->json) {
        output_json(result);
        return;
    }
    fputs(_("This computer speaks for you now, "), stdout);
    output_name(stdout, field_text(info, "name"));
    fputs(_(", in "), stdout);
    output_name(stdout, field_text(info, "workspace"));
    fputs(".\n", stdout);
}

static enum exit_code use_code(const struct asking *asking, struct client *client)
{
    const struct context *context = asking->context;
    json_t *info = NULL, *result = NULL;
    enum exit_code exit = call_node(context, client, "node.info", NULL, &info);

    if (!exit)
        exit = become_somebody(context, client, info);
    json_decref(info);
    info = NULL;
    if (!exit)
        exit = joining_run(&asking->joining, client, "device.join", asking->words, asking->count, &result);
    if (!exit)
        exit = call_node(context, client, "node.info", NULL, &info);
    if (!exit)
        print_linked(context, result, info);
    json_decref(info);
    json_decref(result);
    return exit;
}

static enum exit_code link_device(const struct asking *asking)
{
    struct client *client;

    if (asking->count > 0 && asking->expires)
        return options_misused(asking->context, _("--expires is for making the words"));
    if (asking->count == 0 && asking->joining.given)
        return options_misused(asking->context, _("--peer and --timeout go with the words"));
    if (asking->count == 0)
        return make_code(asking);
    enum exit_code exit = call_open(asking->context, &client);
    if (exit)
        return exit;
    exit = use_code(asking, client);
    client_free(client);
    return exit;
}

/* ---------------------------------------------------------------- which there are */

static enum exit_code list(const struct asking *asking)
{
    json_t *result, *row;
    size_t index;
    enum exit_code exit = call_once(asking->context, "device.list", NULL, &result);

    if (exit)
        return exit;
    if (asking->context->json) {
        json_array_foreach(json_object_get(result, "devices"), index, row) output_json(row);
    } else {
        devices_print(stdout, result);
    }
    json_decref(result);
    return EXIT_DONE;
}

/* ---------------------------------------------------------------- what it is called */

static enum exit_code name_device(const struct asking *asking)
{
    json_t *result;
    enum exit_code exit =
        call_once(asking->context, "device.name", json_pack("{s:s}", "name", asking->words[0]), &result);

    json_decref(result);
    return exit;
}

/* ---------------------------------------------------------------- one less */

/* By its key, its label, or the words that its fingerprint begins with. */
static bool is_meant(const json_t *device, const char *text)
{
    const char *fingerprint = field_text(device, "fingerprint");
    size_t size = strlen(text);

    return strcmp(field_text(device, "device"), text) == 0 ||
           (size > 0 && strcasecmp(field_text(device, "label"), text) == 0) ||
           (size > 0 && strncasecmp(fingerprint, text, size) == 0 && (!fingerprint[size] || fingerprint[size] == '-'));
}

/* EXIT_DONE: *ret is borrowed from the list. */
static enum exit_code find(const struct context *context, const json_t *list, const char *text, const json_t **ret)
{
    const json_t *device;
    size_t index, count = 0;

    json_array_foreach(json_object_get(list, "devices"), index, device)
    {
        if (!is_meant(device, text))
            continue;
        *ret = device;
        count++;
    }
    if (count == 1)
        return EXIT_DONE;
    if (count > 1)
        return refusal_say(context, EXIT_FAILED, "limit",
                           _("Several of your computers are meant by \"%s\": give more of the words."), text);
    return refusal_say(context, EXIT_NOT_FOUND, "not_found",
                       _("None of your computers is \"%s\". `zuruf device list` shows them."), text);
}

static enum exit_code revoke_in(const struct asking *asking, struct client *client, const json_t *list)
{
    const struct context *context = asking->context;
    const json_t *device = NULL;
    json_t *result;
    char *words = join_code_of(asking->words, asking->count);
    enum exit_code exit = find(context, list, words, &device);

    free(words);
    if (exit)
        return exit;
    if (field_true(device, "self"))
        return refusal_say(context, EXIT_FAILED, "usage",
                           _("That is this computer. Revoke it on another one of yours, or ask an admin."));
    exit = call_node(context, client, "device.revoke", json_pack("{s:s}", "device", field_text(device, "device")),
                     &result);
    json_decref(result);
    if (!exit && !context->json)
        fputs(_("It is none of your computers any more.\n"), stdout);
    return exit;
}

static enum exit_code revoke_device(const struct asking *asking)
{
    struct client *client;
    json_t *list = NULL;
    enum exit_code exit = call_open(asking->context, &client);

    if (exit)
        return exit;
    exit = call_node(asking->context, client, "device.list", NULL, &list);
    if (!exit)
        exit = revoke_in(asking, client, list);
    json_decref(list);
    client_free(client);
    return exit;
}

/* ---------------------------------------------------------------- the verb */

/* False: leave with *ret_exit. */
static bool parse(struct asking *asking, int argc, char **argv, enum exit_code *ret_exit)
{
    enum { EXPIRES = OPTION_OWN };
    static const struct option longs[] = {
        {"expires", required_argument, NULL, EXPIRES}, JOINING_OPTIONS, OPTIONS_COMMON};
    int option;

    *ret_exit = EXIT_DONE;
    options_begin();
    while (!*ret_exit && (option = options_next(asking->context, argc, argv, "", longs)) != -1) {
        if (option == EXPIRES) {
            asking->expires = optarg;
        } else if (option == JOINING_PEER || option == JOINING_TIMEOUT) {
            *ret_exit = joining_take(&asking->joining, option, optarg);
        } else {
            *ret_exit = options_other(asking->context, option);
            return false;
        }
    }
    return *ret_exit == EXIT_DONE;
}

static enum exit_code run(const struct asking *asking, const char *subcommand)
{
    if (subcommand && strcmp(subcommand, "link") == 0)
        return link_device(asking);
    bool bare = !asking->expires && !asking->joining.given;
    if (subcommand && strcmp(subcommand, "list") == 0 && asking->count == 0 && bare)
        return list(asking);
    if (subcommand && strcmp(subcommand, "name") == 0 && asking->count == 1 && bare)
        return name_device(asking);
    if (subcommand && strcmp(subcommand, "revoke") == 0 && asking->count > 0 && bare)
        return revoke_device(asking);
    return options_misused(
        asking->context,
        _("it is called as: zuruf device list, name NAME, link with or without words, or revoke WORDS"));
}

enum exit_code verb_device(struct context *context, int argc, char **argv)
{
    struct asking asking = {.context = context};
    enum exit_code exit;

    joining_init(&asking.joining, context);
    if (parse(&asking, argc, argv, &exit)) {
        const char *subcommand = argv[optind];
        asking.words = argv + optind + (subcommand != NULL);
        asking.count = subcommand ? (size_t)(argc - optind - 1) : 0;
        exit = run(&asking, subcommand);
    }
    joining_done(&asking.joining);
    return exit;
}
