/* SPDX-License-Identifier: MIT
 * zuruf: finds the verb and runs it. */
#include "harden.h"
#include "options.h"
#include "refusal.h"
#include "translate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct verb verbs[] = {
    {"init", verb_init, N_("the identity of this computer: your name"), verb_init_help},
    {"workspace", verb_workspace, N_("make the workspace: the people, and the chat everyone is in"),
     verb_workspace_help},
    {"invite", verb_invite, N_("six words that let one more computer in"), verb_invite_help},
    {"join", verb_join, N_("join a workspace with such words"), verb_join_help},
    {"device", verb_device, N_("your own computers: one more, and which there are"), verb_device_help},
    {"who", verb_who, N_("the people, and who is connected"), verb_who_help},
    {"group", verb_group, N_("chats of some of the people"), verb_group_help},
    {"carrier", verb_carrier, N_("how much this computer keeps for others"), verb_carrier_help},
    {"chat", verb_chat, N_("a chat on the terminal"), verb_chat_help},
    {"send", verb_send, N_("send a message"), verb_send_help},
    {"read", verb_read, N_("read messages, and follow those to come"), verb_read_help},
    {"root", verb_root, N_("the key above all admins: on paper, and back"), verb_root_help},
    {"lock", verb_lock, N_("take the keys of this home out of memory"), verb_lock_help},
    {"unlock", verb_unlock, N_("open it again, with the passphrase"), verb_unlock_help},
    {"passphrase", verb_passphrase, N_("what protects this home on its disk"), verb_passphrase_help},
    {"status", verb_status, N_("what is complete, what is missing"), verb_status_help},
    {"doctor", verb_doctor, N_("find out why something does not work"), verb_doctor_help},
    {"peer", verb_peer, N_("addresses of computers that are not found by themselves"), verb_peer_help},
    {"export", verb_export, N_("a chat as a file"), verb_export_help},
    {"node", verb_node, N_("run the node in the foreground, or stop it"), verb_node_help},
    {"rpc", verb_rpc, N_("the node's JSON-RPC on standard input and output"), verb_rpc_help},
    {"help", verb_help, N_("what a verb does and takes"), verb_help_help},
    {"version", verb_version, N_("the version of this program"), verb_version_help},
    {NULL, NULL, NULL, NULL},
};
static const struct verb chat = {"", verb_chat, "", ""}; /* what the program does without a verb */

static const struct verb *find_verb(const char *name)
{
    for (const struct verb *verb = verbs; verb->name; verb++)
        if (strcmp(verb->name, name) == 0)
            return verb;
    return NULL;
}

static enum exit_code misused(void)
{
    fputs(_("See `zuruf help`.\n"), stderr);
    return EXIT_USAGE;
}

/* Options before the verb; false: leave with *ret_exit. */
static bool parse(struct context *context, int argc, char **argv, enum exit_code *ret_exit)
{
    enum { VERSION = OPTION_OWN };
    static const struct option longs[] = {{"version", no_argument, NULL, VERSION}, OPTIONS_COMMON};

    options_begin();
    int option = options_next(context, argc, argv, "+h", longs);
    if (option == -1)
        return true;
    *ret_exit = EXIT_DONE;
    if (option == VERSION)
        printf("zuruf %s\n", ZURUF_VERSION);
    else if (option == OPTION_HELP || option == 'h')
        verb_help_overview(context);
    else
        *ret_exit = misused();
    return false;
}

static enum exit_code run(struct context *context, int argc, char **argv)
{
    enum exit_code exit;

    if (!parse(context, argc, argv, &exit))
        return exit;
    if (!context->home)
        return refusal_say(context, EXIT_USAGE, "usage", _("There is no home directory. Name one with --home DIR."));
    context->verb = optind < argc ? find_verb(argv[optind]) : &chat;
    if (!context->verb) {
        fprintf(stderr, _("zuruf: there is no verb \"%s\".\n"), argv[optind]);
        return misused();
    }
    int first = optind;
    return context->verb->run(context, argc - first, argv + first);
}

int main(int argc, char **argv)
{
    struct context context = {.verbs = verbs};

    harden_process();
    translate_init();
    options_set_home(&context, NULL);
    enum exit_code exit = run(&context, argc, argv);
    free(context.home);
    if (fflush(stdout) != 0 && exit == EXIT_DONE)
        exit = EXIT_FAILED; /* a full disk or a closed pipe must not look like success */
    return (int)exit;
}
