/* SPDX-License-Identifier: MIT
 * zuruf lock and zuruf unlock: the keys leave the memory of the node, and come back. */
#include "call.h"
#include "options.h"
#include "output.h"
#include "translate.h"
#include "unlock.h"

const char verb_lock_help[] =
    N_("Examples:\n"
       "  zuruf lock\n"
       "\n"
       "Wipes all keys of this home from the memory of its node and closes its connections: until\n"
       "`zuruf unlock` nothing can be read, written or received here. What others write meanwhile comes\n"
       "afterwards. Needs a passphrase: `zuruf passphrase set`.\n"
       "JSON: locked\n");

const char verb_unlock_help[] =
    N_("Examples:\n"
       "  zuruf unlock\n"
       "  zuruf unlock --passphrase-file secret.txt\n"
       "\n"
       "Opens a home that is locked, as one with a passphrase is whenever its node has started.\n"
       "\n"
       "  --passphrase-file FILE   its first line is the passphrase; nobody else may be able to read it\n"
       "JSON: locked\n");

static void say_state(const struct context *context, bool locked)
{
    if (context->json) {
        json_t *state = json_pack("{s:b}", "locked", locked);
        output_json(state);
        json_decref(state);
    } else {
        fputs(locked ? _("Locked.\n") : _("Unlocked.\n"), stdout);
    }
}

enum exit_code verb_lock(struct context *context, int argc, char **argv)
{
    enum exit_code exit;
    json_t *result;

    if (!options_only_common(context, argc, argv, &exit))
        return exit;
    if (optind != argc)
        return options_misused(context, _("what is \"%s\"?"), argv[optind]);
    exit = call_once(context, "node.lock", NULL, &result);
    json_decref(result);
    if (!exit)
        say_state(context, true);
    return exit;
}

enum exit_code verb_unlock(struct context *context, int argc, char **argv)
{
    enum { FILE_NAME = OPTION_OWN };
    static const struct option longs[] = {{"passphrase-file", required_argument, NULL, FILE_NAME}, OPTIONS_COMMON};
    const char *file = NULL;
    struct client *client;
    int option;

    options_begin();
    while ((option = options_next(context, argc, argv, "", longs)) != -1) {
        if (option != FILE_NAME)
            return options_other(context, option);
        file = optarg;
    }
    if (optind != argc)
        return options_misused(context, _("what is \"%s\"?"), argv[optind]);
    enum exit_code exit = call_open(context, &client);
    if (exit)
        return exit;
    exit = unlock_node(context, client, file);
    client_free(client);
    if (!exit)
        say_state(context, false);
    return exit;
}
