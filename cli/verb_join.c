/* SPDX-License-Identifier: MIT
 * zuruf join: into a workspace, with the six words of an invitation. */
#include "call.h"
#include "fields.h"
#include "join_code.h"
#include "options.h"
#include "output.h"
#include "peers.h"
#include "times.h"
#include "translate.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define JOIN_PATIENCE_S 20
#define JOIN_PATIENCE_MAX_MS 600000
#define JOIN_GRACE_MS 5000 /* for the node to say itself that the time is over */

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

static enum exit_code join(const struct context *context, json_t *params, uint64_t timeout_ms)
{
    struct client *client;
    json_t *result;
    enum exit_code exit = call_open(context, &client);

    if (exit) {
        json_decref(params);
        return exit;
    }
    if (!context->json && isatty(STDERR_FILENO))
        fputs(_("Looking for the computer that made this code …\n"), stderr);
    exit = call_node_within(context, client, "workspace.join", params, (int64_t)timeout_ms + JOIN_GRACE_MS, &result);
    client_free(client);
    if (exit)
        return exit;
    if (context->json) {
        output_json(result);
    } else {
        const char *name = field_text(result, "workspace");
        fputs(_("Joined: "), stdout);
        output_name(stdout, *name ? name : _("a workspace whose name has not arrived yet"));
        fputc('\n', stdout);
    }
    json_decref(result);
    return EXIT_DONE;
}

/* False: leave with *ret_exit; everything has been said. */
static bool parse(struct context *context, int argc, char **argv, json_t *peers, uint64_t *ret_timeout_ms,
                  enum exit_code *ret_exit)
{
    enum { PEER = OPTION_OWN, TIMEOUT };
    static const struct option longs[] = {
        {"peer", required_argument, NULL, PEER}, {"timeout", required_argument, NULL, TIMEOUT}, OPTIONS_COMMON};
    int option;

    *ret_exit = EXIT_DONE;
    options_begin();
    while (!*ret_exit && (option = options_next(context, argc, argv, "", longs)) != -1) {
        if (option == PEER) {
            *ret_exit = peers_resolve_to(context, optarg, peers);
        } else if (option != TIMEOUT) {
            *ret_exit = options_other(context, option);
            return false;
        } else if (!times_parse_duration(optarg, ret_timeout_ms) || *ret_timeout_ms == 0 ||
                   *ret_timeout_ms > JOIN_PATIENCE_MAX_MS) {
            *ret_exit = options_misused(context, _("--timeout takes from 1s to 10m, not \"%s\""), optarg);
        }
    }
    if (!*ret_exit && optind == argc)
        *ret_exit = options_misused(context, _("the code is missing"));
    return *ret_exit == EXIT_DONE;
}

enum exit_code verb_join(struct context *context, int argc, char **argv)
{
    uint64_t timeout_ms = JOIN_PATIENCE_S * 1000;
    json_t *peers = json_array();
    enum exit_code exit;

    if (!parse(context, argc, argv, peers, &timeout_ms, &exit)) {
        json_decref(peers);
        return exit;
    }
    char *code = join_code_of(argv + optind, (size_t)(argc - optind));
    if (!join_code_check(context, code)) {
        free(code);
        json_decref(peers);
        return EXIT_FAILED;
    }
    json_t *params = json_pack("{s:s, s:o, s:I}", "code", code, "peers", peers, "timeout_ms", (json_int_t)timeout_ms);
    free(code);
    return join(context, params, timeout_ms);
}
