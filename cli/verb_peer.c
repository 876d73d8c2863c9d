/* SPDX-License-Identifier: MIT
 * zuruf peer: addresses of other computers, beside what is found by itself. */
#include "call.h"
#include "fields.h"
#include "options.h"
#include "output.h"
#include "peers.h"
#include "translate.h"
#include <stdio.h>
#include <string.h>

const char verb_peer_help[] =
    N_("Examples:\n"
       "  zuruf peer add 192.168.1.7:4000\n"
       "  zuruf peer list\n"
       "  zuruf peer remove 192.168.1.7:4000\n"
       "\n"
       "Computers in the same network find each other. Across networks (VPN, another branch) give the\n"
       "address of one that is always there. An address is only a hint: who answers must prove who it is.\n"
       "JSON of list: address by_hand connected device name next_dial_in_ms\n");

static void print_peer(const json_t *peer)
{
    output_name(stdout, field_text(peer, "address"));
    if (*field_text(peer, "name")) {
        fputs("  ", stdout);
        output_name(stdout, field_text(peer, "name"));
    }
    if (field_true(peer, "connected"))
        fputs(_("  connected"), stdout);
    else
        printf(_("  not connected, next try in %llu s"),
               (unsigned long long)(field_number(peer, "next_dial_in_ms") + 999) / 1000);
    if (field_true(peer, "by_hand"))
        fputs(_("  (set by hand)"), stdout);
    fputc('\n', stdout);
}

static enum exit_code list(const struct context *context, struct client *client)
{
    json_t *result, *peer;
    size_t index;
    enum exit_code exit = call_node(context, client, "peer.list", NULL, &result);

    if (exit)
        return exit;
    json_array_foreach(json_object_get(result, "peers"), index, peer)
    {
        if (context->json)
            output_json(peer);
        else
            print_peer(peer);
    }
    json_decref(result);
    return EXIT_DONE;
}

/* A name may stand for several addresses: each is added or removed. */
static enum exit_code change(const struct context *context, struct client *client, const char *method, const char *host)
{
    json_t *addresses = json_array(), *address, *result;
    size_t index;
    enum exit_code exit = peers_resolve_to(context, host, addresses);

    if (!exit) {
        json_array_foreach(addresses, index, address)
        {
            exit = call_node(context, client, method, json_pack("{s:O}", "address", address), &result);
            json_decref(result);
            if (exit)
                break;
        }
    }
    json_decref(addresses);
    return exit;
}

enum exit_code verb_peer(struct context *context, int argc, char **argv)
{
    struct client *client;
    enum exit_code exit;

    if (!options_only_common(context, argc, argv, &exit))
        return exit;
    const char *what = optind < argc ? argv[optind] : "";
    bool is_list = strcmp(what, "list") == 0;
    bool is_add = strcmp(what, "add") == 0;
    if (!is_list && !is_add && strcmp(what, "remove") != 0)
        return options_misused(context, _("say add, remove or list"));
    if (argc - optind != (is_list ? 1 : 2))
        return options_misused(context, is_list ? _("list takes nothing more") : _("one HOST:PORT is needed"));
    exit = call_open(context, &client);
    if (exit)
        return exit;
    if (is_list)
        exit = list(context, client);
    else
        exit = change(context, client, is_add ? "peer.add" : "peer.remove", argv[optind + 1]);
    client_free(client);
    return exit;
}
