/* SPDX-License-Identifier: MIT
 * zuruf carrier: how much this computer keeps for others. */
#include "call.h"
#include "carrier_print.h"
#include "options.h"
#include "output.h"
#include "sizes.h"
#include "translate.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char verb_carrier_help[] =
    N_("Examples:\n"
       "  zuruf carrier quota\n"
       "  zuruf carrier quota 5GB\n"
       "  zuruf carrier quota none\n"
       "\n"
       "A carrier keeps and passes on what it cannot read: of the workspace, if it was let in by `zuruf invite\n"
       "--role carrier`, and of groups (`zuruf group add GROUP NAME --role carrier`). The quota says how much\n"
       "of what people write it keeps, of all of them together; without one it goes on until the disk is\n"
       "nearly full. When it is used up nothing more of that is taken, and others see that it is full; who\n"
       "belongs to the groups is still learnt. Nothing that was taken is deleted, also where the quota is made\n"
       "smaller. Without SIZE it tells the quota and how much of it is used.\n"
       "JSON: groups used quota full; sizes in bytes, quota null: none is set\n");

static enum exit_code show(const struct context *context, struct client *client)
{
    json_t *sync;
    enum exit_code exit = call_node(context, client, "sync.status", NULL, &sync);

    if (exit)
        return exit;
    const json_t *carrier = json_object_get(sync, "carrier");
    if (context->json)
        output_json(carrier);
    else if (carrier_is_any(carrier))
        carrier_print(stdout, carrier);
    else
        fputs(_("This computer carries nothing for others, and no quota is set.\n"), stdout);
    json_decref(sync);
    return EXIT_DONE;
}

static enum exit_code set(const struct context *context, struct client *client, const char *size)
{
    char digits[SIZES_SIZE] = "none";
    uint64_t bytes;
    json_t *result;

    if (strcmp(size, "none") != 0 && !sizes_parse(size, &bytes))
        return options_misused(context, _("SIZE is something like 500MB or 5GB, or none"));
    if (strcmp(size, "none") != 0)
        snprintf(digits, sizeof digits, "%" PRIu64, bytes);
    enum exit_code exit = call_node(context, client, "carrier.quota", json_pack("{s:s}", "bytes", digits), &result);
    json_decref(result);
    return exit ? exit : show(context, client);
}

enum exit_code verb_carrier(struct context *context, int argc, char **argv)
{
    struct client *client;
    enum exit_code exit;

    if (!options_only_common(context, argc, argv, &exit))
        return exit;
    if (argc == optind || argc - optind > 2 || strcmp(argv[optind], "quota") != 0)
        return options_misused(context, _("it is called as: zuruf carrier quota [SIZE|none]"));
    exit = call_open(context, &client);
    if (exit)
        return exit;
    exit = argc - optind == 1 ? show(context, client) : set(context, client, argv[optind + 1]);
    client_free(client);
    return exit;
}
