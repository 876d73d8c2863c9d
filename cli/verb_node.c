/* SPDX-License-Identifier: MIT
 * zuruf node: the node in the foreground, and how to end one. */
#include "assemble.h"
#include "call.h"
#include "fields.h"
#include "net/address.h"
#include "options.h"
#include "passphrase.h"
#include "peers.h"
#include "refusal.h"
#include "times.h"
#include "translate.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

const char verb_node_help[] =
    N_("Examples:\n"
       "  zuruf node\n"
       "  zuruf node --listen 192.168.1.7:4000 --peer branch.example.org:4000\n"
       "  zuruf node --stop\n"
       "\n"
       "Runs the node in the foreground and prints \"ready ADDR:PORT\" when it serves; its log goes to\n"
       "standard error. Other verbs start it in the background when none runs, with the options in the\n"
       "environment variable ZURUF_NODE_ARGS.\n"
       "\n"
       "  --listen ADDR:PORT   where others reach it; port 0: any. Without it every address of this computer\n"
       "  --peer HOST:PORT     an address of another computer; may be repeated\n"
       "  --no-mdns            neither look for computers in this network nor be found there\n"
       "  --passphrase-file FILE   unlock the home with its first line; without it a home with a passphrase\n"
       "                       starts locked, until `zuruf unlock`\n"
       "  --stop               ends the running node of this home and waits until it has ended\n");

#define STOP_PATIENCE_MS 10000

static void print_ready(void *arg, const char *address)
{
    (void)arg;
    printf("ready %s\n", address);
    fflush(stdout);
}

static void print_log(void *arg, const char *text)
{
    char now[TIMES_SIZE];
    (void)arg;

    times_rfc3339(times_now_ms(), now);
    fprintf(stderr, "%s %s\n", now, text);
}

static enum exit_code say_failure(const struct context *context, enum assemble_part part, enum error err)
{
    if (part == ASSEMBLE_LISTEN && err == ERR_BUSY)
        return refusal_say(
            context, EXIT_FAILED, "busy",
            _("Another program listens at this address and port. Choose another with --listen ADDR:PORT."));
    if (part == ASSEMBLE_LISTEN)
        return refusal_say(context, EXIT_FAILED, error_code(err),
                           _("The node cannot listen there: it is no address of this computer, or the port needs more "
                             "rights. Choose another with --listen ADDR:PORT."));
    if (part == ASSEMBLE_SOCKET && err != ERR_BUSY)
        return refusal_say(
            context, EXIT_FAILED, error_code(err),
            _("The socket %s/socket cannot be made. Check the rights of the home directory, or choose one "
              "with a shorter path: --home or ZURUF_HOME."),
            context->home);
    return refusal_of_error(context, err);
}

static enum exit_code run(const struct context *context, struct assemble_options *options)
{
    enum assemble_part part;

    options->home = context->home;
    options->ready = print_ready;
    options->log = print_log;
    umask(077); /* files for this user alone */
    signal(SIGPIPE, SIG_IGN);
    enum error err = assemble_run(options, &part);
    return err ? say_failure(context, part, err) : EXIT_DONE;
}

static enum exit_code stop(const struct context *context)
{
    struct client *client;
    json_t *info, *result;
    enum exit_code exit = call_open_running(context, &client);

    if (exit)
        return exit;
    exit = call_node(context, client, "node.info", NULL, &info);
    if (!exit) {
        int node = pidfd_open((pid_t)field_number(info, "pid"), 0);
        struct pollfd ended = {.fd = node, .events = POLLIN};
        exit = call_node(context, client, "node.stop", NULL, &result);
        json_decref(result);
        if (!exit && node >= 0 && poll(&ended, 1, STOP_PATIENCE_MS) == 0)
            exit = refusal_of_error(context, ERR_TIMEOUT);
        if (node >= 0)
            close(node);
    }
    json_decref(info);
    client_free(client);
    return exit;
}

static enum exit_code add_peers(const struct context *context, const char *text, struct assemble_options *options)
{
    struct address found[JOIN_ADDRESSES_MAX];
    size_t count = 0;
    enum exit_code exit = peers_resolve(context, text, found, &count);

    for (size_t i = 0; !exit && i < count && options->peer_count < ASSEMBLE_PEERS_MAX; i++)
        options->peers[options->peer_count++] = found[i];
    return exit;
}

enum exit_code verb_node(struct context *context, int argc, char **argv)
{
    enum { LISTEN = OPTION_OWN, PEER, NO_MDNS, PASSPHRASE_FILE, STOP };
    static const struct option longs[] = {
        {"listen", required_argument, NULL, LISTEN}, {"peer", required_argument, NULL, PEER},
        {"no-mdns", no_argument, NULL, NO_MDNS},     {"passphrase-file", required_argument, NULL, PASSPHRASE_FILE},
        {"stop", no_argument, NULL, STOP},           OPTIONS_COMMON};
    struct assemble_options options = {.mdns = true};
    struct address listen[JOIN_ADDRESSES_MAX];
    struct passphrase passphrase;
    enum exit_code exit = EXIT_DONE;
    bool stopping = false;
    size_t count;
    int option;

    options_begin();
    while (!exit && (option = options_next(context, argc, argv, "", longs)) != -1) {
        switch (option) {
        case LISTEN:
            exit = peers_resolve(context, optarg, listen, &count);
            options.listen = &listen[0];
            break;
        case PEER:
            exit = add_peers(context, optarg, &options);
            break;
        case NO_MDNS:
            options.mdns = false;
            break;
        case PASSPHRASE_FILE:
            exit = passphrase_get(context, optarg, NULL, &passphrase);
            options.passphrase = &passphrase;
            break;
        case STOP:
            stopping = true;
            break;
        default:
            return options_other(context, option);
        }
    }
    if (!exit && optind != argc)
        exit = options_misused(context, _("what is \"%s\"?"), argv[optind]);
    if (exit)
        return exit;
    return stopping ? stop(context) : run(context, &options);
}
