/* SPDX-License-Identifier: MIT
 * zuruf export: a chat as a file. */
#include "call.h"
#include "export_jsonl.h"
#include "fields.h"
#include "options.h"
#include "output.h"
#include "refusal.h"
#include "safe_file.h"
#include "target.h"
#include "translate.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char verb_export_help[] =
    N_("Examples:\n"
       "  zuruf export --format jsonl --out chat.jsonl\n"
       "  zuruf export --format jsonl --out - --group \"Office Munich\" --since 2026-01-01 | gzip > chat.jsonl.gz\n"
       "\n"
       "Writes the messages of a chat in order. Two computers that hold the same messages write the same\n"
       "bytes. The file appears when it is complete.\n"
       "\n"
       "  --format jsonl   a line of JSON for each message; the first line tells what the file is\n"
       "  --out PATH       the file; - is the standard output\n"
       "  --group GROUP    the chat; without it that of the whole workspace\n"
       "  --topic TOPIC    only these\n"
       "  --since TIME     2026-11-24, \"2026-11-24 10:30\", RFC 3339, or how long ago: 2h, 7d\n"
       "  --until TIME     a day alone means its end\n");

#define PROGRESS_STEP 1000

struct exporting {
    const char *format, *out, *group, *since, *until;
    struct listing listing;
    struct safe_file file;
    bool progress;
    uint64_t count;
};

static void show_progress(const struct exporting *exporting)
{
    unsigned long long count = exporting->count;

    if (!exporting->progress)
        return;
    fputc('\r', stderr);
    fprintf(stderr, ngettext("%llu message", "%llu messages", (unsigned long)count), count);
}

static bool write_message(void *arg, json_t *message)
{
    struct exporting *exporting = arg;
    json_t *line = export_jsonl_message(message);
    bool good = output_json_canonical(exporting->file.stream, line);

    json_decref(line);
    if (++exporting->count % PROGRESS_STEP == 0)
        show_progress(exporting);
    return good;
}

static enum exit_code write_header(const struct context *context, struct client *client, struct exporting *exporting,
                                   const char *workspace)
{
    json_t *clock;
    enum exit_code exit =
        call_node(context, client, "clock.get", json_pack("{s:s}", "group", exporting->listing.target), &clock);

    if (exit)
        return exit;
    json_t *header = export_jsonl_header(workspace, clock, &exporting->listing);
    output_json_canonical(exporting->file.stream, header);
    json_decref(header);
    json_decref(clock);
    return EXIT_DONE;
}

static enum exit_code say_file_failure(const struct context *context, const struct exporting *exporting)
{
    if (errno == EEXIST)
        return refusal_say(
            context, EXIT_FAILED, "exists",
            _("%s.partial is there already: another export is writing it, or one was interrupted. Remove "
              "it if none runs."),
            exporting->out);
    return refusal_say(context, EXIT_FAILED, "disk", _("%s cannot be written: %s."), exporting->out, strerror(errno));
}

static enum exit_code write_all(const struct context *context, struct client *client, struct exporting *exporting,
                                const char *workspace)
{
    enum exit_code exit;

    if (!safe_file_open(&exporting->file, exporting->out))
        return say_file_failure(context, exporting);
    exit = write_header(context, client, exporting, workspace);
    if (!exit)
        exit = listing_run(context, client, &exporting->listing, write_message, exporting);
    if (exit) {
        safe_file_abandon(&exporting->file);
        return exit;
    }
    show_progress(exporting);
    if (exporting->progress)
        fputc('\n', stderr);
    if (!safe_file_commit(&exporting->file))
        return say_file_failure(context, exporting);
    return EXIT_DONE;
}

static enum exit_code carry_out(const struct context *context, struct exporting *exporting)
{
    char *group = NULL, *group_name = NULL, *workspace_group = NULL, *workspace = NULL;
    struct client *client = NULL;
    enum exit_code exit = call_open(context, &client);

    if (!exit)
        exit = target_group(context, client, exporting->group, &group, &group_name);
    if (!exit)
        exit = target_group(context, client, ".", &workspace_group, &workspace);
    if (!exit) {
        exporting->listing.target = group;
        exporting->listing.await_order = true;
        exporting->progress = isatty(STDERR_FILENO) && !context->json;
        exit = write_all(context, client, exporting, workspace);
    }
    free(group);
    free(group_name);
    free(workspace_group);
    free(workspace);
    client_free(client);
    return exit;
}

/* False: leave with *ret_exit. */
static bool parse(struct context *context, struct exporting *exporting, int argc, char **argv, enum exit_code *ret_exit)
{
    enum { FORMAT = OPTION_OWN, OUT, GROUP, TOPIC, SINCE, UNTIL };
    static const struct option longs[] = {{"format", required_argument, NULL, FORMAT},
                                          {"out", required_argument, NULL, OUT},
                                          {"group", required_argument, NULL, GROUP},
                                          {"topic", required_argument, NULL, TOPIC},
                                          {"since", required_argument, NULL, SINCE},
                                          {"until", required_argument, NULL, UNTIL},
                                          OPTIONS_COMMON};
    const struct option_place places[] = {
        {.text = &exporting->format},        {.text = &exporting->out},   {.text = &exporting->group},
        {.text = &exporting->listing.topic}, {.text = &exporting->since}, {.text = &exporting->until},
    };

    if (!options_take(context, argc, argv, longs, places, ret_exit))
        return false;
    *ret_exit = EXIT_USAGE;
    if (!exporting->format || !exporting->out || optind != argc) {
        options_misused(context, _("--format and --out are needed, and nothing else"));
        return false;
    }
    if (strcmp(exporting->format, "jsonl") != 0) {
        options_misused(context, _("there is no format \"%s\"; there is: jsonl"), exporting->format);
        return false;
    }
    return listing_set_range(context, &exporting->listing, exporting->since, exporting->until);
}

enum exit_code verb_export(struct context *context, int argc, char **argv)
{
    struct exporting exporting = {.group = "."};
    enum exit_code exit;

    if (!parse(context, &exporting, argc, argv, &exit))
        return exit;
    return carry_out(context, &exporting);
}
