/* SPDX-License-Identifier: MIT */
#include "carrier_print.h"
#include "fields.h"
#include "output.h"
#include "sizes.h"
#include "translate.h"
#include <string.h>

bool carrier_is_any(const json_t *carrier)
{
    return field_number(carrier, "groups") > 0 || *field_text(carrier, "quota");
}

void carrier_print(FILE *stream, const json_t *carrier)
{
    unsigned long long groups = field_number(carrier, "groups");
    char used[SIZES_SIZE], quota[SIZES_SIZE];

    sizes_format(field_number(carrier, "used"), used);
    sizes_format(field_number(carrier, "quota"), quota);
    fprintf(stream,
            ngettext("Carried for others, and not to be read here: %llu chat, ",
                     "Carried for others, and not to be read here: %llu chats, ", (unsigned long)groups),
            groups);
    if (*field_text(carrier, "quota"))
        fprintf(stream, _("%s of at most %s\n"), used, quota);
    else
        fprintf(stream, _("%s; no quota is set\n"), used);
    if (field_true(carrier, "full"))
        fprintf(
            stream, "%s%s%s\n", output_style(stream, STYLE_ALERT),
            _("The quota is used up: nothing more of what people write there is taken. Allow more with `zuruf carrier\n"
              "quota SIZE`."),
            output_style(stream, STYLE_PLAIN));
}

static void print_full(FILE *stream, const json_t *person)
{
    const char *name = field_text(person, "name"), *full = field_text(person, "full");

    if (!*full || field_true(person, "self"))
        return;
    fputs(output_style(stream, STYLE_ALERT), stream);
    fputs(strcmp(full, "quota") == 0 ? _("This carrier is full, what is written now is not stored there: ")
                                     : _("The disk there is nearly full, what is written now is not stored there: "),
          stream);
    fputs(output_style(stream, STYLE_PLAIN), stream);
    output_name(stream, *name ? name : _("somebody"));
    fputc('\n', stream);
}

void carrier_print_full(FILE *stream, const json_t *persons)
{
    const json_t *person;
    size_t index;

    json_array_foreach(persons, index, person) print_full(stream, person);
}
