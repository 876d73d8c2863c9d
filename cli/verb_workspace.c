/* SPDX-License-Identifier: MIT
 * zuruf workspace create: the workspace, with its founder as admin. */
#include "call.h"
#include "host_label.h"
#include "options.h"
#include "output.h"
#include "passphrase.h"
#include "translate.h"
#include <stdio.h>
#include <string.h>

const char verb_workspace_help[] =
    N_("Examples:\n"
       "  zuruf workspace create \"Office Munich\"\n"
       "\n"
       "Makes a workspace: the people, and the chat that everyone is in. You become its admin. Then bring\n"
       "the others in with `zuruf invite`. Its root key, which stands above all admins, stays on this\n"
       "computer, under a passphrase of its own if you give it one; `zuruf root shares` puts it on paper.\n"
       "\n"
       "  --root-passphrase-file FILE   its first line is that passphrase; nobody else may be able to read it\n"
       "JSON: workspace\n");

/* Takes over `params`. */
static enum exit_code found(const struct context *context, json_t *params, json_t **ret_result)
{
    struct client *client;
    enum exit_code exit = call_open(context, &client);

    if (exit) {
        json_decref(params);
        return exit;
    }
    exit = call_node(context, client, "workspace.create", params, ret_result);
    if (!exit)
        host_label_tell(client);
    client_free(client);
    return exit;
}

static enum exit_code create(const struct context *context, const char *name, const char *file)
{
    struct passphrase passphrase;
    json_t *result = NULL;
    enum exit_code exit = passphrase_get_root(context, file, &passphrase);

    if (!exit) {
        json_t *params =
            json_pack("{s:s, s:s*}", "name", name, "root_passphrase", *passphrase.text ? passphrase.text : NULL);
        exit = found(context, params, &result);
    }
    passphrase_wipe(&passphrase);
    json_decref(result);
    return exit;
}

static void say_made(const struct context *context, const char *name)
{
    if (context->json) {
        json_t *made = json_pack("{s:s}", "workspace", name);
        output_json(made);
        json_decref(made);
        return;
    }
    fputs(_("The workspace is made: "), stdout);
    output_name(stdout, name);
    fputs(_("\nBring others in with `zuruf invite`.\n"), stdout);
}

enum exit_code verb_workspace(struct context *context, int argc, char **argv)
{
    enum { FILE_NAME = OPTION_OWN };
    static const struct option longs[] = {{"root-passphrase-file", required_argument, NULL, FILE_NAME}, OPTIONS_COMMON};
    const char *file = NULL;
    int option;

    options_begin();
    while ((option = options_next(context, argc, argv, "", longs)) != -1) {
        if (option != FILE_NAME)
            return options_other(context, option);
        file = optarg;
    }
    if (argc - optind != 2 || strcmp(argv[optind], "create") != 0)
        return options_misused(context, _("it is called as: zuruf workspace create NAME"));
    const char *name = argv[optind + 1];
    enum exit_code exit = create(context, name, file);
    if (!exit)
        say_made(context, name);
    return exit;
}
