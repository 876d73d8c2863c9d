/* SPDX-License-Identifier: MIT
 * zuruf status: who this is, which chats there are, and how complete they are. */
#include "call.h"
#include "fields.h"
#include "options.h"
#include "output.h"
#include "status.h"
#include "translate.h"

const char verb_status_help[] =
    N_("Examples:\n"
       "  zuruf status\n"
       "  zuruf status --json\n"
       "\n"
       "Shows who you are here, the chats and what is known to be missing in them, up to when all that each\n"
       "person wrote is here, connections and disk.\n"
       "JSON, one object: the fields of node.info and of sync.status: version protocol pid home locked\n"
       "passphrase (these alone say something while the home is locked, and those of sync.status are left out)\n"
       "has_identity has_workspace device fingerprint person name workspace listen groups forked_logs\n"
       "runs_twice links entries free_disk disk_state discovery pinned root carrier; in a workspace also\n"
       "persons, as of person.list; carrier: groups used quota full; forked_logs: the logs\n"
       "that were written twice: group log device person author;\n"
       "root (null: the root key is not here): passphrase shares shares_needed shares_made\n");

static enum exit_code show(const struct context *context, struct client *client)
{
    json_t *info, *sync = NULL, *people = NULL;
    enum exit_code exit = call_node(context, client, "node.info", NULL, &info);

    if (exit)
        return exit;
    if (!field_true(info, "locked"))
        exit = call_node(context, client, "sync.status", NULL, &sync);
    if (!exit && field_true(info, "has_workspace"))
        exit = call_node(context, client, "person.list", NULL, &people);
    if (!exit && context->json) {
        if (sync)
            json_object_update_missing(info, sync);
        if (people)
            json_object_update_missing(info, people);
        output_json(info);
    } else if (!exit) {
        status_print(stdout, info, sync, people);
    }
    json_decref(people);
    json_decref(sync);
    json_decref(info);
    return exit;
}

enum exit_code verb_status(struct context *context, int argc, char **argv)
{
    struct client *client;
    enum exit_code exit;

    if (!options_only_common(context, argc, argv, &exit))
        return exit;
    if (optind != argc)
        return options_misused(context, _("what is \"%s\"?"), argv[optind]);
    exit = call_open(context, &client);
    if (exit)
        return exit;
    exit = show(context, client);
    client_free(client);
    return exit;
}
