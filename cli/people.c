/* SPDX-License-Identifier: MIT */
#include "people.h"
#include "fields.h"
#include "output.h"
#include "person_name.h"
#include "times.h"
#include "translate.h"
#include <string.h>

const char *people_role(const char *role)
{
    static const char *const known[][2] = {{"admin", N_("admin")},
                                           {"member", N_("member")},
                                           {"reader", N_("reader")},
                                           {"carrier", N_("carrier")},
                                           {"archive", N_("archive")}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i][0], role) == 0)
            return _(known[i][1]);
    return role;
}

static void print_presence(FILE *stream, const json_t *person)
{
    char heard[TIMES_SIZE];
    uint64_t ms;

    if (field_true(person, "self")) {
        fputs(_("this computer"), stream);
    } else if (field_true(person, "linked")) {
        fputs(_("connected"), stream);
    } else if (field_true(person, "online")) {
        fputs(_("there, connected through others"), stream);
    } else if (times_parse_rfc3339(field_text(person, "last_heard"), &ms)) {
        times_local(ms, TIMES_DAY_AND_MINUTE, heard);
        fprintf(stream, _("last connected %s"), heard);
    } else {
        fputs(_("not connected since this node started"), stream);
    }
}

void people_print_completeness(FILE *stream, const json_t *person)
{
    unsigned long long missing = field_number(person, "missing");
    char complete[TIMES_SIZE];
    uint64_t ms;

    if (times_parse_rfc3339(field_text(person, "complete_to"), &ms)) {
        times_local(ms, TIMES_DAY_AND_MINUTE, complete);
        fprintf(stream, _(", complete up to %s"), complete);
    }
    if (missing > 0)
        fprintf(stream, ngettext(", %llu entry missing", ", %llu entries missing", (unsigned long)missing), missing);
}

void people_print(FILE *stream, const json_t *list)
{
    const json_t *person;
    size_t index;

    json_array_foreach(json_object_get(list, "persons"), index, person)
    {
        const char *verification = field_text(person, "verification");
        person_name_print(stream, field_text(person, "name"), verification);
        fputs("  ", stream);
        output_name(stream, people_role(field_text(person, "role")));
        fputs(", ", stream);
        print_presence(stream, person);
        people_print_completeness(stream, person);
        fprintf(stream, "\n    %s", output_style(stream, STYLE_DIM));
        output_name(stream, field_text(person, "fingerprint"));
        if (*field_text(person, "label")) {
            fputs("  ", stream);
            output_name(stream, field_text(person, "label"));
        }
        fputs(output_style(stream, STYLE_PLAIN), stream);
        if (*person_name_words(verification))
            fprintf(stream, "  (%s)", person_name_words(verification));
        fputc('\n', stream);
    }
}
