/* SPDX-License-Identifier: MIT */
#include "verify.h"
#include "call.h"
#include "core/base/bytes.h"
#include "core/base/text.h"
#include "fields.h"
#include "output.h"
#include "person_name.h"
#include "qr.h"
#include "refusal.h"
#include "translate.h"
#include <string.h>
#include <unistd.h>

#define URI_PREFIX "zuruf:device/"
#define URI_SIZE 80 /* the prefix and 52 characters */

static const char *uri_of(const json_t *device, char ret[URI_SIZE])
{
    snprintf(ret, URI_SIZE, URI_PREFIX "%s", field_text(device, "device"));
    return ret;
}

static enum exit_code set(const struct context *context, struct client *client, json_t *device, bool undo)
{
    json_t *result;
    json_t *params = json_pack("{s:s, s:b}", "device", field_text(device, "device"), "undo", undo);
    enum exit_code exit = call_node(context, client, "person.verify", params, &result);

    json_decref(result);
    if (!exit)
        json_object_set_new(device, "verification", json_string(undo ? "unverified" : "verified"));
    return exit;
}

/* ---------------------------------------------------------------- showing */

static void print_key(const json_t *device)
{
    fputs("    ", stdout);
    if (*field_text(device, "label")) {
        output_name(stdout, field_text(device, "label"));
        fputs(":\n    ", stdout);
    }
    output_name(stdout, field_text(device, "fingerprint"));
    fputs("\n    ", stdout);
    output_name(stdout, field_text(device, "device"));
    fputc('\n', stdout);
}

static void show(const json_t *own, const json_t *device)
{
    char uri[URI_SIZE];

    person_name_print(stdout, field_text(device, "name"), field_text(device, "verification"));
    fputs(":\n", stdout);
    print_key(device);
    fputs(_("You, on this computer:\n"), stdout);
    print_key(own);
    fputs(_("\nYour key, for the other's camera:\n"), stdout);
    qr_print(stdout, uri_of(own, uri));
    fputs(_("\nLet the other call `zuruf who --verify` with your name, and read the words to each other, beside each\n"
            "other or on the phone: his computer must show the same two rows of words.\n"),
          stdout);
}

static void print_json(const json_t *own, json_t *device)
{
    char uri[URI_SIZE];
    json_t *mine = json_pack("{s:s, s:s, s:s}", "device", field_text(own, "device"), "fingerprint",
                             field_text(own, "fingerprint"), "uri", uri_of(own, uri));

    json_object_set_new(device, "uri", json_string(uri_of(device, uri)));
    json_object_set_new(device, "own", mine);
    output_json(device);
}

/* ---------------------------------------------------------------- deciding */

/* Only a yes is one; "j" is the German. */
static bool ask(void)
{
    char answer[64];

    fputs(_("Do they match? [y/N] "), stdout);
    fflush(stdout);
    if (!fgets(answer, sizeof answer, stdin))
        return false;
    return strchr("yYjJ", answer[0]) != NULL && answer[0] != '\0';
}

static bool is_scanned(const json_t *device, const char *scanned)
{
    char uri[URI_SIZE];
    return strcmp(uri_of(device, uri), scanned) == 0;
}

static void say_result(const struct context *context, const json_t *device)
{
    if (context->json)
        return;
    person_name_print(stdout, field_text(device, "name"), field_text(device, "verification"));
    fprintf(stdout, ": %s\n", person_name_words(field_text(device, "verification")));
}

static enum exit_code handle(const struct context *context, struct client *client, const struct verify_options *options,
                             const json_t *own, json_t *device)
{
    bool asks = !options->yes && !options->undo && !options->scanned;
    bool holds = options->yes || options->undo || (options->scanned && is_scanned(device, options->scanned));
    enum exit_code exit = EXIT_DONE;

    if (options->scanned && !holds)
        return EXIT_DONE; /* another of his computers */
    if (asks && !context->json) {
        show(own, device);
        if (!isatty(STDIN_FILENO))
            fputs(_("If they match, call it again with --yes.\n"), stdout);
        else
            holds = ask();
    }
    if (holds) {
        exit = set(context, client, device, options->undo);
        if (!exit)
            say_result(context, device);
    }
    if (!exit && context->json)
        print_json(own, device);
    return exit;
}

/* ---------------------------------------------------------------- who is meant */

static const json_t *find_self(const json_t *persons)
{
    const json_t *person;
    size_t index;

    json_array_foreach(persons, index, person) if (field_true(person, "self")) return person;
    return NULL;
}

static bool is_meant(const json_t *person, const char *name)
{
    const char *called = field_text(person, "name");
    return !field_true(person, "self") && text_same_name(BYTES_TEXT(called), BYTES_TEXT(name));
}

static enum exit_code handle_all(const struct context *context, struct client *client,
                                 const struct verify_options *options, const json_t *persons)
{
    const json_t *own = find_self(persons);
    size_t index, count = 0, scanned = 0;
    enum exit_code exit = EXIT_DONE;
    json_t *person;

    json_array_foreach(persons, index, person)
    {
        if (exit || !is_meant(person, options->name) ||
            (options->undo && strcmp(field_text(person, "verification"), "verified") != 0))
            continue;
        count++;
        scanned += options->scanned && is_scanned(person, options->scanned);
        exit = handle(context, client, options, own, person);
    }
    if (count == 0)
        return refusal_say(context, EXIT_NOT_FOUND, "not_found",
                           options->undo ? _("No computer of \"%s\" is verified.")
                                         : _("There is nobody else called \"%s\". `zuruf who` lists the people."),
                           options->name);
    if (options->scanned && !exit && scanned == 0)
        return refusal_say(
            context, EXIT_FAILED, "no_match",
            _("This is NOT the code of \"%s\" as known here. Somebody may stand in between: tell an admin, "
              "and write nothing secret until it is cleared up."),
            options->name);
    return exit;
}

enum exit_code verify_person(const struct context *context, struct client *client, const struct verify_options *options)
{
    json_t *list;
    enum exit_code exit = call_node(context, client, "person.list", NULL, &list);

    if (exit)
        return exit;
    exit = handle_all(context, client, options, json_object_get(list, "persons"));
    json_decref(list);
    return exit;
}
