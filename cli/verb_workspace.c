/* SPDX-License-Identifier: MIT
 * zuruf workspace create: the workspace, with its founder as admin. */
#include "call.h"
#include "options.h"
#include "output.h"
#include "translate.h"
#include <stdio.h>
#include <string.h>

const char verb_workspace_help[] =
    N_("Examples:\n"
       "  zuruf workspace create \"Office Munich\"\n"
       "\n"
       "Makes a workspace: the people, and the chat that everyone is in. You become its admin. Then bring\n"
       "the others in with `zuruf invite`.\n"
       "JSON: workspace\n");

enum exit_code verb_workspace(struct context *context, int argc, char **argv)
{
    enum exit_code exit;
    json_t *result;

    if (!options_only_common(context, argc, argv, &exit))
        return exit;
    if (argc - optind != 2 || strcmp(argv[optind], "create") != 0)
        return options_misused(context, _("it is called as: zuruf workspace create NAME"));
    const char *name = argv[optind + 1];
    exit = call_once(context, "workspace.create", json_pack("{s:s}", "name", name), &result);
    if (exit)
        return exit;
    json_decref(result);
    if (context->json) {
        json_t *made = json_pack("{s:s}", "workspace", name);
        output_json(made);
        json_decref(made);
        return EXIT_DONE;
    }
    fputs(_("The workspace is made: "), stdout);
    output_name(stdout, name);
    fputs(_("\nBring others in with `zuruf invite`.\n"), stdout);
    return EXIT_DONE;
}
