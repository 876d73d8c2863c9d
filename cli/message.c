/* SPDX-License-Identifier: MIT */
#include "message.h"
#include "fields.h"
#include "output.h"
#include "person_name.h"
#include "times.h"
#include "translate.h"
#include <string.h>

static void print_time(FILE *stream, const json_t *message, unsigned form)
{
    char shown[TIMES_SIZE] = "?";
    uint64_t ms;

    if (times_parse_rfc3339(field_text(message, "time"), &ms))
        times_local(ms, form & MESSAGE_WITHOUT_DAY ? TIMES_MINUTE : TIMES_DAY_AND_MINUTE, shown);
    fprintf(stream, "%s%s%s ", output_style(stream, STYLE_DIM), shown, output_style(stream, STYLE_PLAIN));
}

static void print_text(FILE *stream, const json_t *message)
{
    const char *state = field_text(message, "state");

    if (strcmp(state, "waiting_for_key") == 0)
        fputs(_("(the key to read this has not arrived yet)"), stream);
    else if (strcmp(state, "needs_newer") == 0)
        fputs(_("(this needs a newer Zuruf)"), stream);
    else if (strcmp(state, "payload_missing") == 0)
        fputs(_("(the text is missing; everyone is asked for it)"), stream);
    else
        output_value(stream, json_object_get(message, "text"), "    ");
}

static void print_remarks(FILE *stream, const json_t *message)
{
    const struct {
        const char *field, *remark;
    } remarks[] = {
        {"edited", _("edited")},
        {"early", _("history still coming")},
        {"late", _("came late")},
        {"written_twice", _("written twice")},
        {"time_doubtful", _("time doubted")},
        {field_true(message, "time_doubtful") ? "" : "implausible", _("doubtful time")},
        {"incomplete", _("what it refers to is still missing")},
    };

    fputs(output_style(stream, STYLE_DIM), stream);
    for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++)
        if (field_true(message, remarks[i].field))
            fprintf(stream, " (%s)", remarks[i].remark);
    fputs(output_style(stream, STYLE_PLAIN), stream);
}

void message_print(FILE *stream, const json_t *message, unsigned form)
{
    const char *topic = field_text(message, "topic");
    const char *reply_to = field_text(message, "reply_to");

    if (form & MESSAGE_WITH_ID) {
        output_name(stream, field_text(message, "id"));
        fputc(' ', stream);
    }
    print_time(stream, message, form);
    person_name_print(stream, field_text(message, "author"), field_text(message, "verification"));
    if (*topic && !(form & MESSAGE_WITHOUT_TOPIC)) {
        fputs(" [", stream);
        output_name(stream, topic);
        fputc(']', stream);
    }
    if (*reply_to && form & MESSAGE_WITH_ID) {
        fputs(" > ", stream);
        output_name(stream, reply_to);
    }
    fputs(": ", stream);
    if (field_true(message, "urgent"))
        fprintf(stream, "%s%s%s ", output_style(stream, STYLE_ALERT), _("URGENT"), output_style(stream, STYLE_PLAIN));
    print_text(stream, message);
    print_remarks(stream, message);
    fputc('\n', stream);
}

void message_print_receipt(FILE *stream, const json_t *receipt)
{
    unsigned long long persons = field_number(receipt, "persons");
    unsigned long long with = field_number(receipt, "with");
    unsigned long long carriers = field_number(receipt, "with_carriers");

    if (persons == 0)
        fputs(_("nobody else known yet"), stream);
    else if (with == 0)
        fputs(_("queued"), stream);
    else if (with >= persons)
        fprintf(stream, ngettext("with the other person", "with all %llu", (unsigned long)persons), persons);
    else
        fprintf(stream, _("with %llu of %llu"), with, persons);
    if (carriers)
        fprintf(stream, ngettext(", on %llu carrier", ", on %llu carriers", (unsigned long)carriers), carriers);
}
