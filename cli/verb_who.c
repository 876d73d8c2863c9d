/* SPDX-License-Identifier: MIT
 * zuruf who: the people of the workspace and their devices, and whether these are theirs. */
#include "call.h"
#include "fields.h"
#include "options.h"
#include "output.h"
#include "people.h"
#include "translate.h"
#include "verify.h"

const char verb_who_help[] =
    N_("Examples:\n"
       "  zuruf who\n"
       "  zuruf who --json\n"
       "  zuruf who --verify Bernd\n"
       "\n"
       "Lists the people, a line for each of their computers: role, whether a connection stands or when\n"
       "the last one did, what is still missing of them, and the six words of the computer. In a large\n"
       "office a computer is connected to some; of the rest these tell whether they are there.\n"
       "\n"
       "--verify shows your six words and the other's, their whole keys, and yours as a QR code: compare\n"
       "them with the person. If they agree, nobody stands in between, and the name bears a check mark\n"
       "from then on, here only. Should the name turn up with another key, or the key with another name,\n"
       "it is marked wherever it is shown.\n"
       "\n"
       "  --verify NAME    compare with this person\n"
       "  --yes            they match: do not ask\n"
       "  --scanned TEXT   what the QR code on the other's screen says; compared here\n"
       "  --unverify NAME  it was a mistake\n"
       "JSON: person name label device fingerprint verification instance role self online linked last_heard\n"
       "full added_by complete_to missing; verification: unverified verified changed self; of --verify also uri\n"
       "(of the QR code) and own, an object: device fingerprint uri\n");

static enum exit_code list(const struct context *context, struct client *client)
{
    json_t *result, *person;
    size_t index;
    enum exit_code exit = call_node(context, client, "person.list", NULL, &result);

    if (exit)
        return exit;
    if (context->json) {
        json_array_foreach(json_object_get(result, "persons"), index, person) output_json(person);
    } else {
        people_print(stdout, result);
    }
    json_decref(result);
    return EXIT_DONE;
}

/* False: leave with *ret_exit. */
static bool parse(struct context *context, int argc, char **argv, struct verify_options *ret, enum exit_code *ret_exit)
{
    enum { VERIFY = OPTION_OWN, UNVERIFY, SCANNED, YES };
    static const struct option longs[] = {{"verify", required_argument, NULL, VERIFY},
                                          {"unverify", required_argument, NULL, UNVERIFY},
                                          {"scanned", required_argument, NULL, SCANNED},
                                          {"yes", no_argument, NULL, YES},
                                          OPTIONS_COMMON};
    int option;

    *ret = (struct verify_options){0};
    options_begin();
    while ((option = options_next(context, argc, argv, "", longs)) != -1) {
        switch (option) {
        case VERIFY:
        case UNVERIFY:
            ret->name = optarg;
            ret->undo = option == UNVERIFY;
            break;
        case SCANNED:
            ret->scanned = optarg;
            break;
        case YES:
            ret->yes = true;
            break;
        default:
            *ret_exit = options_other(context, option);
            return false;
        }
    }
    if (optind != argc)
        *ret_exit = options_misused(context, _("what is \"%s\"?"), argv[optind]);
    else if ((ret->yes || ret->scanned) && (!ret->name || ret->undo || (ret->yes && ret->scanned)))
        *ret_exit = options_misused(context, _("--yes or --scanned goes with --verify"));
    else
        return true;
    return false;
}

enum exit_code verb_who(struct context *context, int argc, char **argv)
{
    struct verify_options options;
    struct client *client;
    enum exit_code exit;

    if (!parse(context, argc, argv, &options, &exit))
        return exit;
    exit = call_open(context, &client);
    if (exit)
        return exit;
    exit = options.name ? verify_person(context, client, &options) : list(context, client);
    client_free(client);
    return exit;
}
