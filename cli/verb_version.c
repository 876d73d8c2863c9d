/* SPDX-License-Identifier: MIT
 * zuruf version. */
#include "options.h"
#include "output.h"
#include "translate.h"
#include <stdio.h>

const char verb_version_help[] = N_("Examples:\n"
                                    "  zuruf version\n"
                                    "\n"
                                    "JSON: version\n");

enum exit_code verb_version(struct context *context, int argc, char **argv)
{
    enum exit_code exit;

    if (!options_only_common(context, argc, argv, &exit))
        return exit;
    if (!context->json) {
        printf("zuruf %s\n", ZURUF_VERSION);
        return EXIT_DONE;
    }
    json_t *version = json_pack("{s:s}", "version", ZURUF_VERSION);
    output_json(version);
    json_decref(version);
    return EXIT_DONE;
}
