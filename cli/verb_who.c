/* SPDX-License-Identifier: MIT
 * zuruf who: the people of the workspace and their devices. */
#include "call.h"
#include "fields.h"
#include "options.h"
#include "output.h"
#include "people.h"
#include "translate.h"

const char verb_who_help[] =
    N_("Examples:\n"
       "  zuruf who\n"
       "  zuruf who --json\n"
       "\n"
       "Lists the people, a line for each of their computers: role, whether a connection stands or when\n"
       "the last one did, what is still missing of them, and the six words of the computer. Compare the\n"
       "words with the person (on the phone, say): if they agree, nobody stands in between. In a large\n"
       "office a computer is connected to some; of the rest these tell whether they are there.\n"
       "JSON: person name device fingerprint instance role self online linked last_heard added_by\n"
       "complete_to missing\n");

enum exit_code verb_who(struct context *context, int argc, char **argv)
{
    enum exit_code exit;
    json_t *result, *person;
    size_t index;

    if (!options_only_common(context, argc, argv, &exit))
        return exit;
    if (optind != argc)
        return options_misused(context, _("what is \"%s\"?"), argv[optind]);
    exit = call_once(context, "person.list", NULL, &result);
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
