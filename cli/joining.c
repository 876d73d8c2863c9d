/* SPDX-License-Identifier: MIT */
#include "joining.h"
#include "call.h"
#include "host_label.h"
#include "join_code.h"
#include "peers.h"
#include "times.h"
#include "translate.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE_S 20
#define PATIENCE_MAX_MS 600000
#define GRACE_MS 5000 /* for the node to say itself that the time is over */

void joining_init(struct joining *joining, const struct context *context)
{
    *joining = (struct joining){.context = context, .peers = json_array(), .timeout_ms = PATIENCE_S * 1000};
}

void joining_done(struct joining *joining)
{
    json_decref(joining->peers);
}

enum exit_code joining_take(struct joining *joining, int option, const char *value)
{
    joining->given = true;
    if (option == JOINING_PEER)
        return peers_resolve_to(joining->context, value, joining->peers);
    if (!times_parse_duration(value, &joining->timeout_ms) || joining->timeout_ms == 0 ||
        joining->timeout_ms > PATIENCE_MAX_MS)
        return options_misused(joining->context, _("--timeout takes from 1s to 10m, not \"%s\""), value);
    return EXIT_DONE;
}

enum exit_code joining_run(const struct joining *joining, struct client *client, const char *method, char *const *words,
                           size_t count, json_t **ret_result)
{
    const struct context *context = joining->context;
    char *code = join_code_of(words, count);

    if (!join_code_check(context, code)) {
        free(code);
        return EXIT_FAILED;
    }
    if (!context->json && isatty(STDERR_FILENO))
        fputs(_("Looking for the computer that made this code …\n"), stderr);
    json_t *params = json_pack("{s:s, s:O, s:I}", "code", code, "peers", joining->peers, "timeout_ms",
                               (json_int_t)joining->timeout_ms);
    free(code);
    enum exit_code exit =
        call_node_within(context, client, method, params, (int64_t)joining->timeout_ms + GRACE_MS, ret_result);
    if (!exit)
        host_label_tell(client);
    return exit;
}
