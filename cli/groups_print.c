/* SPDX-License-Identifier: MIT */
#include "groups_print.h"
#include "fields.h"
#include "output.h"
#include "people.h"
#include "sizes.h"
#include "translate.h"
#include <string.h>

static void print_title(FILE *stream, const json_t *group)
{
    const char *name = field_text(group, "name");

    fputs(output_style(stream, STYLE_BOLD), stream);
    output_name(stream, *name ? name : field_text(group, "group"));
    fputs(output_style(stream, STYLE_PLAIN), stream);
    if (*field_text(group, "folder")) {
        fputs(_("  in "), stream);
        output_name(stream, field_text(group, "folder"));
    }
}

static void print_carried(FILE *stream, const json_t *group)
{
    char size[SIZES_SIZE];

    sizes_format(field_number(group, "carried"), size);
    fprintf(stream, _("  carried for others: %s that cannot be read here\n"), size);
}

static void print_line(FILE *stream, const json_t *group)
{
    unsigned long long members = field_number(group, "members");

    print_title(stream, group);
    if (field_true(group, "left")) {
        fputs(_("  you are in it no more\n"), stream);
        return;
    }
    if (!field_true(group, "admitted") && field_true(group, "entered")) {
        fputs(_("  entered with the root key: you may name its admins, and cannot read it\n"), stream);
        return;
    }
    if (!field_true(group, "admitted")) {
        fputs(_("  waiting to be let in\n"), stream);
        return;
    }
    if (strcmp(field_text(group, "role"), "carrier") == 0) {
        print_carried(stream, group);
        return;
    }
    fprintf(stream, ngettext("  %llu person, you are ", "  %llu people, you are ", (unsigned long)members), members);
    output_name(stream, people_role(field_text(group, "role")));
    fputs(field_true(group, "private") ? _(", private\n") : "\n", stream);
}

static void print_inviter(FILE *stream, const json_t *invitation)
{
    const char *inviter = field_text(invitation, "inviter");

    if (*inviter) {
        output_name(stream, inviter);
        return;
    }
    fputs(_("somebody with the fingerprint "), stream);
    output_name(stream, field_text(invitation, "fingerprint"));
}

/* A carrier is told no name, so it answers by the id. */
static void print_invitation(FILE *stream, const json_t *invitation)
{
    bool carries = strcmp(field_text(invitation, "role"), "carrier") == 0;
    bool declined = field_true(invitation, "declined");
    const char *name = field_text(invitation, carries ? "group" : "name");

    fputs(output_style(stream, STYLE_BOLD), stream);
    output_name(stream, name);
    fprintf(stream, "%s  ", output_style(stream, STYLE_PLAIN));
    if (carries)
        fputs(declined ? _("you declined to carry this group for ") : _("you are asked to carry this group by "),
              stream);
    else
        fputs(declined ? _("you declined the invitation by ") : _("you are invited by "), stream);
    print_inviter(stream, invitation);
    fputs(carries ? _(": zuruf group accept|decline ID\n") : _(": zuruf group accept|decline NAME\n"), stream);
}

void groups_print_list(FILE *stream, const json_t *list)
{
    const json_t *row;
    size_t index;

    json_array_foreach(json_object_get(list, "groups"), index, row) print_line(stream, row);
    json_array_foreach(json_object_get(list, "invitations"), index, row) print_invitation(stream, row);
    if (json_array_size(json_object_get(list, "groups")) == 0)
        fputs(
            _("No chat is here yet. Make a workspace with `zuruf workspace create NAME`, or join one with `zuruf join "
              "CODE`.\n"),
            stream);
}

/* A person with several computers is told of once. */
static bool is_told(const json_t *rows, size_t index)
{
    const char *person = field_text(json_array_get(rows, index), "person");

    for (size_t i = 0; i < index; i++)
        if (strcmp(field_text(json_array_get(rows, i), "person"), person) == 0)
            return true;
    return false;
}

static void print_person(FILE *stream, const json_t *person, const char *what)
{
    const char *name = field_text(person, "name");

    fputs("  ", stream);
    output_name(stream, *name ? name : _("somebody"));
    fputs(", ", stream);
    output_name(stream, what);
    fputc('\n', stream);
}

static void print_hidden(FILE *stream, const json_t *hidden)
{
    const char *name = field_text(hidden, "name");
    unsigned long long count = field_number(hidden, "count");

    fputs("  ", stream);
    output_name(stream, *name ? name : _("somebody"));
    fprintf(stream,
            ngettext(": %llu entry written after the removal is kept, and shown to nobody\n",
                     ": %llu entries written after the removal are kept, and shown to nobody\n", (unsigned long)count),
            count);
}

void groups_print(FILE *stream, const json_t *group)
{
    const json_t *persons = json_object_get(group, "persons"), *invited = json_object_get(group, "invited"), *row;
    size_t index;

    print_title(stream, group);
    fputs(field_true(group, "private") ? _("  private\n") : "\n", stream);
    json_array_foreach(persons, index, row)
    {
        if (!is_told(persons, index))
            print_person(stream, row, people_role(field_text(row, "role")));
    }
    json_array_foreach(invited, index, row)
    {
        if (!is_told(invited, index))
            print_person(stream, row,
                         field_true(row, "declined")                       ? _("has declined")
                         : strcmp(field_text(row, "role"), "carrier") == 0 ? _("is asked to carry it")
                                                                           : _("is invited"));
    }
    json_array_foreach(json_object_get(group, "hidden"), index, row) print_hidden(stream, row);
}
