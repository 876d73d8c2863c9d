/* SPDX-License-Identifier: MIT
 * zuruf help: of the program, and of each verb. */
#include "options.h"
#include "refusal.h"
#include "translate.h"
#include <stdio.h>
#include <string.h>

const char verb_help_help[] = N_("Examples:\n"
                                 "  zuruf help\n"
                                 "  zuruf help send\n");

#define NAME_WIDTH 10

void verb_help_overview(const struct context *context)
{
    fputs(_("Zuruf: messages on the local network, without a server.\n"
            "\n"
            "Examples:\n"
            "  zuruf                          first asks for your name, then opens the chat\n"
            "  zuruf invite                   six words for the next person\n"
            "  zuruf join WORD WORD WORD WORD WORD WORD\n"
            "  zuruf send . \"Lunch at 12:30?\"\n"
            "  zuruf read . --last 20 --follow\n"
            "\n"
            "Verbs:\n"),
          stdout);
    for (const struct verb *verb = context->verbs; verb->name; verb++)
        printf("  %-*s %s\n", NAME_WIDTH, verb->name, _(verb->summary));
    fputs(_("\n"
            "Before or after each verb:\n"
            "  --home DIR   where everything lies (ZURUF_HOME; else ~/.local/share/zuruf)\n"
            "  --json       one JSON object a line, for programs\n"
            "\n"
            "Exit: 0 done, 1 failed, 2 wrong usage, 3 no node, 4 not found, 5 not permitted,\n"
            "6 not finished in time. `zuruf help VERB` tells more.\n"),
          stdout);
}

enum exit_code verb_help(struct context *context, int argc, char **argv)
{
    enum exit_code exit;

    if (!options_only_common(context, argc, argv, &exit))
        return exit;
    if (optind == argc) {
        verb_help_overview(context);
        return EXIT_DONE;
    }
    for (const struct verb *verb = context->verbs; verb->name; verb++) {
        if (strcmp(verb->name, argv[optind]) == 0) {
            fputs(_(verb->help), stdout);
            return EXIT_DONE;
        }
    }
    return refusal_say(context, EXIT_NOT_FOUND, "not_found", _("There is no verb \"%s\". `zuruf help` lists them."),
                       argv[optind]);
}
