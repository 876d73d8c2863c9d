/* SPDX-License-Identifier: MIT
 * zuruf passphrase: what protects the keys of this home on its disk. */
#include "call.h"
#include "fields.h"
#include "options.h"
#include "output.h"
#include "passphrase.h"
#include "refusal.h"
#include "translate.h"
#include <string.h>

const char verb_passphrase_help[] =
    N_("Examples:\n"
       "  zuruf passphrase set\n"
       "  zuruf passphrase change\n"
       "  zuruf passphrase remove\n"
       "\n"
       "With a passphrase the keys of this home lie on its disk sealed under it: whoever steals the disk\n"
       "or a backup can read nothing. The node then starts locked, until `zuruf unlock`. A forgotten\n"
       "passphrase opens nothing any more: come back as a new computer with an invitation.\n"
       "Without one, the file store.key opens everything.\n"
       "\n"
       "  --passphrase-file FILE       its first line is the passphrase that holds, or with `set` the new\n"
       "                               one; nobody else may be able to read it\n"
       "  --new-passphrase-file FILE   the new one, with `change`\n"
       "JSON: passphrase\n");

enum action { SET, CHANGE, REMOVE, NONE };

struct request {
    enum action action;
    const char *file, *new_file;
};

static enum action action_of(const char *word)
{
    static const char *const words[] = {"set", "change", "remove"};

    for (size_t i = 0; i < NONE; i++)
        if (strcmp(words[i], word) == 0)
            return (enum action)i;
    return NONE;
}

/* False: leave with *ret_exit. */
static bool parse(struct context *context, int argc, char **argv, struct request *ret, enum exit_code *ret_exit)
{
    enum { FILE_NAME = OPTION_OWN, NEW_FILE };
    static const struct option longs[] = {{"passphrase-file", required_argument, NULL, FILE_NAME},
                                          {"new-passphrase-file", required_argument, NULL, NEW_FILE},
                                          OPTIONS_COMMON};
    int option;

    *ret = (struct request){0};
    options_begin();
    while ((option = options_next(context, argc, argv, "", longs)) != -1) {
        if (option == FILE_NAME) {
            ret->file = optarg;
        } else if (option == NEW_FILE) {
            ret->new_file = optarg;
        } else {
            *ret_exit = options_other(context, option);
            return false;
        }
    }
    ret->action = argc - optind == 1 ? action_of(argv[optind]) : NONE;
    if (ret->action == NONE)
        *ret_exit = options_misused(context, _("say set, change or remove"));
    else if (ret->new_file && ret->action != CHANGE)
        *ret_exit = options_misused(context, _("--new-passphrase-file goes with change"));
    else
        return true;
    return false;
}

static enum exit_code ask(const struct context *context, const struct request *request, struct passphrase *old,
                          struct passphrase *fresh)
{
    enum exit_code exit = EXIT_DONE;

    if (request->action != SET)
        exit = passphrase_get(context, request->file, _("Passphrase: "), old);
    if (!exit && request->action != REMOVE)
        exit = passphrase_get_new(context, request->action == SET ? request->file : request->new_file,
                                  _("New passphrase: "), fresh);
    return exit;
}

/* Before anything is asked. */
static enum exit_code check(const struct context *context, const struct request *request, struct client *client)
{
    json_t *info;
    enum exit_code exit = call_node(context, client, "node.info", NULL, &info);

    if (exit)
        return exit;
    const bool is_set = field_true(info, "passphrase");
    json_decref(info);
    if (is_set && request->action == SET)
        return refusal_say(context, EXIT_FAILED, "exists", "%s",
                           _("A passphrase is set already. Another one: `zuruf passphrase change`; none: `zuruf "
                             "passphrase remove`."));
    return is_set || request->action == SET ? EXIT_DONE : refusal_of_error(context, ERR_NO_PASSPHRASE);
}

static enum exit_code change(const struct context *context, const struct request *request)
{
    struct passphrase old = {""}, fresh = {""};
    struct client *client;
    json_t *result = NULL;
    enum exit_code exit = call_open(context, &client);

    if (exit)
        return exit;
    exit = check(context, request, client);
    if (!exit)
        exit = ask(context, request, &old, &fresh);
    if (!exit) {
        json_t *params = json_pack("{s:s*, s:s*}", "old", *old.text ? old.text : NULL, "passphrase",
                                   *fresh.text ? fresh.text : NULL);
        exit = call_node(context, client, request->action == REMOVE ? "passphrase.remove" : "passphrase.set", params,
                         &result);
    }
    client_free(client);
    passphrase_wipe(&old);
    passphrase_wipe(&fresh);
    json_decref(result);
    return exit;
}

enum exit_code verb_passphrase(struct context *context, int argc, char **argv)
{
    struct request request;
    enum exit_code exit;

    if (!parse(context, argc, argv, &request, &exit))
        return exit;
    exit = change(context, &request);
    if (exit)
        return exit;
    if (context->json) {
        json_t *state = json_pack("{s:b}", "passphrase", request.action != REMOVE);
        output_json(state);
        json_decref(state);
    } else if (request.action == REMOVE) {
        fputs(_("The passphrase is gone: whoever can read store.key can read everything.\n"), stdout);
    } else {
        fputs(_("From now on the node of this home starts locked; `zuruf unlock` opens it.\n"
                "Copies made earlier, such as backups, are not under the new passphrase.\n"),
              stdout);
    }
    return EXIT_DONE;
}
