/* SPDX-License-Identifier: MIT */
#include "invitation.h"
#include "fields.h"
#include "output.h"
#include "times.h"
#include "translate.h"

void invitation_print(FILE *stream, const json_t *invitation)
{
    const char *code = field_text(invitation, "code");
    char until[TIMES_SIZE] = "?";
    uint64_t ms;

    if (times_parse_rfc3339(field_text(invitation, "expires"), &ms))
        times_local(ms, TIMES_DAY_AND_MINUTE, until);
    fputs(output_style(stream, STYLE_BOLD), stream);
    output_name(stream, code);
    fprintf(stream, "%s\n", output_style(stream, STYLE_PLAIN));
    fprintf(stream, _("These six words let one computer in, until %s.\n"), until);
    fputs(_("On it start Zuruf and choose 2, or type: zuruf join "), stream);
    output_name(stream, code);
    fputc('\n', stream);
}
