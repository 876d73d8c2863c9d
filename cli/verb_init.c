/* SPDX-License-Identifier: MIT
 * zuruf init: the identity of this device. */
#include "call.h"
#include "fields.h"
#include "options.h"
#include "output.h"
#include "translate.h"
#include <stdio.h>

const char verb_init_help[] =
    N_("Examples:\n"
       "  zuruf init --name \"Alice Schmidt\"\n"
       "\n"
       "Makes the identity of this computer: a key, and the name that others will see. Once per\n"
       "home. Afterwards make a workspace (`zuruf workspace create`) or join one (`zuruf join`).\n"
       "\n"
       "  --name NAME   up to 64 bytes\n"
       "JSON: device fingerprint\n");

enum exit_code verb_init(struct context *context, int argc, char **argv)
{
    enum { NAME = OPTION_OWN };
    static const struct option longs[] = {{"name", required_argument, NULL, NAME}, OPTIONS_COMMON};
    const char *name = NULL;
    json_t *result;
    int option;

    options_begin();
    while ((option = options_next(context, argc, argv, "", longs)) != -1) {
        if (option != NAME)
            return options_other(context, option);
        name = optarg;
    }
    if (!name || optind != argc)
        return options_misused(context, _("a name is needed: --name NAME"));
    enum exit_code exit = call_once(context, "identity.create", json_pack("{s:s}", "name", name), &result);
    if (exit)
        return exit;
    if (context->json) {
        output_json(result);
    } else {
        fputs(_("This computer is now: "), stdout);
        output_name(stdout, name);
        fputs(_("\nIts six words, to compare with others: "), stdout);
        output_name(stdout, field_text(result, "fingerprint"));
        fputc('\n', stdout);
    }
    json_decref(result);
    return EXIT_DONE;
}
