/* SPDX-License-Identifier: MIT
 * zuruf join: into a workspace, with the six words of an invitation. */
#include "call.h"
#include "fields.h"
#include "joining.h"
#include "output.h"
#include "translate.h"
#include <stdio.h>

const char verb_join_help[] =
    N_("Examples:\n"
       "  zuruf join able acid arch baby cage dawn\n"
       "  zuruf join able-acid-arch-baby-cage-dawn --peer 192.168.1.7:4000\n"
       "  zuruf join zuruf:join/able-acid-arch-baby-cage-dawn\n"
       "\n"
       "Joins the workspace that the code was made for. The inviter's computer must be on and reachable.\n"
       "\n"
       "  --peer HOST:PORT   where the inviter's computer is, if it is not found by itself; may be repeated\n"
       "  --timeout TIME     give up after this long (20s)\n"
       "JSON: workspace\n");

static void print(const struct context *context, const json_t *result)
{
    const char *name = field_text(result, "workspace");

    if (context->json) {
        output_json(result);
        return;
    }
    fputs(_("Joined: "), stdout);
    output_name(stdout, *name ? name : _("a workspace whose name has not arrived yet"));
    fputc('\n', stdout);
}

static enum exit_code join(const struct joining *joining, char *const *words, size_t count)
{
    struct client *client;
    json_t *result;
    enum exit_code exit = call_open(joining->context, &client);

    if (exit)
        return exit;
    exit = joining_run(joining, client, "workspace.join", words, count, &result);
    client_free(client);
    if (exit)
        return exit;
    print(joining->context, result);
    json_decref(result);
    return EXIT_DONE;
}

/* False: leave with *ret_exit; everything has been said. */
static bool parse(struct context *context, int argc, char **argv, struct joining *joining, enum exit_code *ret_exit)
{
    static const struct option longs[] = {JOINING_OPTIONS, OPTIONS_COMMON};
    int option;

    *ret_exit = EXIT_DONE;
    options_begin();
    while (!*ret_exit && (option = options_next(context, argc, argv, "", longs)) != -1) {
        if (option != JOINING_PEER && option != JOINING_TIMEOUT) {
            *ret_exit = options_other(context, option);
            return false;
        }
        *ret_exit = joining_take(joining, option, optarg);
    }
    if (!*ret_exit && optind == argc)
        *ret_exit = options_misused(context, _("the code is missing"));
    return *ret_exit == EXIT_DONE;
}

enum exit_code verb_join(struct context *context, int argc, char **argv)
{
    struct joining joining;
    enum exit_code exit;

    joining_init(&joining, context);
    if (parse(context, argc, argv, &joining, &exit))
        exit = join(&joining, argv + optind, (size_t)(argc - optind));
    joining_done(&joining);
    return exit;
}
