/* SPDX-License-Identifier: MIT */
#include "devices_print.h"
#include "fields.h"
#include "output.h"
#include "times.h"
#include "translate.h"

/* "" where there is none. */
static const char *local_time(const json_t *object, const char *key, char ret[TIMES_SIZE])
{
    uint64_t ms;

    ret[0] = '\0';
    if (times_parse_rfc3339(field_text(object, key), &ms))
        times_local(ms, TIMES_DAY_AND_MINUTE, ret);
    return ret;
}

static void print_presence(FILE *stream, const json_t *device)
{
    char seen[TIMES_SIZE];

    if (field_true(device, "self"))
        fputs(_("this computer"), stream);
    else if (field_true(device, "online"))
        fputs(_("is there"), stream);
    else if (*local_time(device, "last_seen", seen))
        fprintf(stream, _("last seen %s"), seen);
    else
        fputs(_("not seen yet"), stream);
}

void devices_print(FILE *stream, const json_t *list)
{
    char since[TIMES_SIZE];
    const json_t *device;
    size_t index;

    json_array_foreach(json_object_get(list, "devices"), index, device)
    {
        if (*field_text(device, "label")) {
            fputs(output_style(stream, STYLE_BOLD), stream);
            output_name(stream, field_text(device, "label"));
            fprintf(stream, "%s  ", output_style(stream, STYLE_PLAIN));
        }
        output_name(stream, field_text(device, "fingerprint"));
        fputs("\n    ", stream);
        print_presence(stream, device);
        if (*local_time(device, "since", since))
            fprintf(stream, _(", yours since %s"), since);
        fputc('\n', stream);
    }
}

void devices_print_code(FILE *stream, const json_t *code)
{
    char until[TIMES_SIZE];

    fputs(output_style(stream, STYLE_BOLD), stream);
    output_name(stream, field_text(code, "code"));
    fprintf(stream, "%s\n", output_style(stream, STYLE_PLAIN));
    fprintf(stream, _("Whoever types these six words speaks for you: keep them to yourself. They are good until %s.\n"),
            local_time(code, "expires", until));
    fputs(_("On your new computer type: zuruf device link "), stream);
    output_name(stream, field_text(code, "code"));
    fputc('\n', stream);
}
