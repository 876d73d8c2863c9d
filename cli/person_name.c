/* SPDX-License-Identifier: MIT */
#include "person_name.h"
#include "output.h"
#include "translate.h"
#include <string.h>
#include <utf8proc.h>

#define CHECK_MARK "\xe2\x9c\x93" /* U+2713 */

/* Signs that look like ours. */
static bool is_mark(utf8proc_int32_t point)
{
    static const utf8proc_int32_t marks[] = {0x221a, 0x2610, 0x2611, 0x2612,  0x26a0,  0x2705, 0x2713,
                                             0x2714, 0x2717, 0x2718, 0x1f5f8, 0x1f5f9, 0x2b55, 0x1f6e1};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i] == point)
            return true;
    return false;
}

static void print_plain(FILE *stream, const char *name)
{
    const char *from = name, *at = name;

    while (*at) {
        utf8proc_int32_t point;
        utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)at, -1, &point);
        if (used > 0 && is_mark(point)) {
            output_text(stream, from, (size_t)(at - from), NULL);
            fprintf(stream, "\\u%04x", (unsigned)point);
            from = at + used;
        }
        at += used > 0 ? used : 1;
    }
    output_name(stream, from);
}

void person_name_print(FILE *stream, const char *name, const char *verification)
{
    fputs(output_style(stream, STYLE_BOLD), stream);
    if (*name)
        print_plain(stream, name);
    else
        fputs(_("somebody"), stream);
    fputs(output_style(stream, STYLE_PLAIN), stream);
    if (strcmp(verification, "verified") == 0)
        fprintf(stream, " %s%s%s", output_style(stream, STYLE_GOOD), CHECK_MARK, output_style(stream, STYLE_PLAIN));
    else if (strcmp(verification, "changed") == 0)
        fprintf(stream, " %s%s%s", output_style(stream, STYLE_ALERT), _("(not as you verified!)"),
                output_style(stream, STYLE_PLAIN));
}

const char *person_name_words(const char *verification)
{
    if (strcmp(verification, "verified") == 0)
        return _("verified");
    if (strcmp(verification, "changed") == 0)
        return _("NOT AS YOU VERIFIED: another computer, or another name; ask the person");
    return strcmp(verification, "unverified") == 0 ? _("not verified") : "";
}
