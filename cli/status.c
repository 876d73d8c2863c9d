/* SPDX-License-Identifier: MIT */
#include "status.h"
#include "carrier_print.h"
#include "fields.h"
#include "output.h"
#include "people.h"
#include "person_name.h"
#include "sizes.h"
#include "translate.h"
#include <string.h>

static void print_line(FILE *stream, const char *label, const char *value)
{
    fprintf(stream, "%s ", label);
    output_name(stream, value);
    fputc('\n', stream);
}

static void print_payloads(FILE *stream, unsigned long long missing)
{
    if (missing > 0)
        fprintf(stream,
                ngettext("    %llu entry came without its text; everyone who connects is asked for it\n",
                         "    %llu entries came without their texts; everyone who connects is asked for them\n",
                         (unsigned long)missing),
                missing);
}

static void print_alert(FILE *stream, const char *indent, const char *words)
{
    fprintf(stream, "%s%s%s%s\n", indent, output_style(stream, STYLE_ALERT), words, output_style(stream, STYLE_PLAIN));
}

static void print_held(FILE *stream, unsigned long long held)
{
    if (held > 0)
        fprintf(stream,
                ngettext("    %llu message from here waits for a key, and goes out by itself when that comes\n",
                         "    %llu messages from here wait for a key, and go out by themselves when that comes\n",
                         (unsigned long)held),
                held);
}

static void print_carried(FILE *stream, const json_t *group)
{
    char size[SIZES_SIZE];

    sizes_format(field_number(group, "carried"), size);
    fprintf(stream, _(", keeps %s that it cannot read"), size);
}

static void print_group(FILE *stream, const json_t *group)
{
    unsigned long long missing = field_number(group, "missing");
    unsigned long long received = field_number(group, "received");

    fputs("  ", stream);
    output_name(stream, *field_text(group, "name") ? field_text(group, "name") : field_text(group, "group"));
    fputs(": ", stream);
    output_name(stream, people_role(field_text(group, "role")));
    if (strcmp(field_text(group, "role"), "carrier") == 0)
        print_carried(stream, group);
    else if (!field_true(group, "has_key"))
        fputs(_(", the key has not arrived yet"), stream);
    if (missing > 0 && received > 0)
        fprintf(stream, _(", catching up: %llu of %llu entries"), received, received + missing);
    else if (missing > 0)
        fprintf(stream, ngettext(", %llu known entry missing", ", %llu known entries missing", (unsigned long)missing),
                missing);
    else
        fputs(_(", complete as far as is known here"), stream);
    fputc('\n', stream);
    print_payloads(stream, field_number(group, "payloads_missing"));
    print_held(stream, field_number(group, "waiting_for_key"));
    if (field_true(group, "needs_instance"))
        print_alert(stream, "    ",
                    _("This computer was put back from older copies so often that it will soon be unable to write "
                      "here. Ask an\n"
                      "    admin to remove it and to invite it again."));
    if (field_true(group, "needs_newer"))
        print_alert(stream, "    ",
                    _("Somebody uses a newer Zuruf here. Until this computer is updated, not everything is here, or\n"
                      "    nothing can be written."));
}

/* Where the node listens; all zeros say little to people. */
static void print_listen(FILE *stream, const char *address)
{
    const char *port = strrchr(address, ':');

    if (port && (strncmp(address, "[::]", 4) == 0 || strncmp(address, "0.0.0.0:", 8) == 0))
        fprintf(stream, _("Reachable at: every address of this computer, port %s\n"), port + 1);
    else
        print_line(stream, _("Reachable at:"), address);
}

static const char *discovery_words(const char *state)
{
    if (strcmp(state, "running") == 0)
        return _("in this network (mDNS)");
    if (strcmp(state, "off") == 0)
        return _("switched off (--no-mdns); only at known addresses");
    if (strcmp(state, "unavailable") == 0)
        return _("not possible in this network, see `zuruf doctor`; only at known addresses");
    return state;
}

static void print_disk(FILE *stream, const json_t *sync)
{
    const char *state = field_text(sync, "disk_state");

    fprintf(stream, _("Free disk: %llu MiB"), (unsigned long long)field_number(sync, "free_disk") >> 20);
    if (strcmp(state, "limit") == 0)
        fprintf(stream, "%s%s%s", output_style(stream, STYLE_ALERT),
                _(" (little: nothing of others is taken any more; make room)"), output_style(stream, STYLE_PLAIN));
    else if (strcmp(state, "disk_full") == 0)
        fprintf(stream, "%s%s%s", output_style(stream, STYLE_ALERT),
                _(" (full: nothing is written any more; make room)"), output_style(stream, STYLE_PLAIN));
    fputc('\n', stream);
}

static void print_pinned(FILE *stream, const json_t *sync)
{
    const json_t *pinned = json_object_get(sync, "pinned");

    if (!json_is_object(pinned))
        return;
    fprintf(stream, "%s%s", output_style(stream, STYLE_ALERT), _("Database: "));
    fprintf(stream, _("process %llu has been reading it for %llu s; until it ends the file grows all the time"),
            (unsigned long long)field_number(pinned, "process"), (unsigned long long)field_number(pinned, "ms") / 1000);
    fprintf(stream, "%s\n", output_style(stream, STYLE_PLAIN));
}

/* Whether an earlier log was of the same device: each is named once. */
static bool is_named(const json_t *logs, size_t index)
{
    const char *device = field_text(json_array_get(logs, index), "device");

    for (size_t i = 0; i < index; i++)
        if (strcmp(field_text(json_array_get(logs, i), "device"), device) == 0)
            return true;
    return false;
}

static void print_forked(FILE *stream, const json_t *sync)
{
    const json_t *logs = json_object_get(sync, "forked_logs"), *forked;
    size_t index;

    json_array_foreach(logs, index, forked)
    {
        if (is_named(logs, index))
            continue;
        fputs(output_style(stream, STYLE_ALERT), stream);
        fputs(_("Written twice, by a restored copy or on two computers; both versions are kept:"), stream);
        fputs(output_style(stream, STYLE_PLAIN), stream);
        fputc(' ', stream);
        output_name(stream, *field_text(forked, "author") ? field_text(forked, "author") : _("somebody"));
        fputc('\n', stream);
    }
}

/* How complete what each person wrote is here. */
static void print_people(FILE *stream, const json_t *people)
{
    const json_t *person;
    size_t index;

    if (json_array_size(json_object_get(people, "persons")) > 0)
        fputs(_("People:\n"), stream);
    json_array_foreach(json_object_get(people, "persons"), index, person)
    {
        fputs("  ", stream);
        person_name_print(stream, field_text(person, "name"), field_text(person, "verification"));
        people_print_completeness(stream, person);
        fputc('\n', stream);
    }
}

/* What another computer has done with the key, or a copy of this one. */
static void print_root_log(FILE *stream, const json_t *root)
{
    unsigned long long lost = field_number(root, "void_new");

    if (field_true(root, "forked"))
        fprintf(stream, "%s%s%s\n", output_style(stream, STYLE_ALERT),
                _("The root key was used on two computers, or from a restored copy: what it said since then does not\n"
                  "count. What it says next goes on from the longer of the two; look then who is admin."),
                output_style(stream, STYLE_PLAIN));
    else if (lost > 0)
        fprintf(stream,
                ngettext("%llu entry of the root key does not count, as another computer had gone on with it. Look who "
                         "is admin\n(`zuruf who`), do again what is missing, and say so: `zuruf root seen`.\n",
                         "%llu entries of the root key do not count, as another computer had gone on with it. Look who "
                         "is admin\n(`zuruf who`), do again what is missing, and say so: `zuruf root seen`.\n",
                         (unsigned long)lost),
                lost);
}

static void print_root(FILE *stream, const json_t *root)
{
    unsigned long long shares = field_number(root, "shares");

    if (!json_is_object(root))
        return;
    if (shares > 0)
        fprintf(stream, _("Root key: on this computer; %llu of %llu sheets of paper restore it\n"),
                (unsigned long long)field_number(root, "shares_needed"), shares);
    else
        fprintf(stream, "%s%s%s\n", output_style(stream, STYLE_ALERT),
                _("Root key: on this computer only. Without it nobody can name admins any more: put it on paper with\n"
                  "`zuruf root shares --of 3 --need 2`."),
                output_style(stream, STYLE_PLAIN));
    print_root_log(stream, root);
    if (!field_true(root, "passphrase"))
        fputs(_("The root key has no passphrase of its own: whoever opens this home has it.\n"), stream);
}

static void print_removed(FILE *stream, const json_t *removed)
{
    const char *by = field_text(removed, "by"), *name = field_text(removed, "name");

    if (!json_is_object(removed))
        return;
    fputs(output_style(stream, STYLE_ALERT), stream);
    if (strcmp(by, "self") == 0) {
        fputs(_("This computer has left the workspace."), stream);
    } else if (strcmp(by, "root") == 0) {
        fputs(_("This computer was removed from the workspace with the root key."), stream);
    } else {
        fputs(_("This computer was removed from the workspace by "), stream);
        output_name(stream, *name ? name : _("somebody"));
        fputc('.', stream);
    }
    fputs(_(" Nobody exchanges anything with it any more;\nwhat was written before stays here to be read.\n"), stream);
    fputs(output_style(stream, STYLE_PLAIN), stream);
}

static void print_locked(FILE *stream, const json_t *info)
{
    fprintf(stream, "%s%s%s\n", output_style(stream, STYLE_ALERT),
            _("Locked: the keys of this home are not in memory, so nothing is read, written or received."),
            output_style(stream, STYLE_PLAIN));
    fputs(_("Open it with its passphrase: `zuruf unlock`.\n"), stream);
    print_listen(stream, field_text(info, "listen"));
}

void status_print(FILE *stream, const json_t *info, const json_t *sync, const json_t *people)
{
    const json_t *group;
    size_t index;

    if (field_true(info, "locked")) {
        print_locked(stream, info);
        return;
    }
    if (!field_true(info, "has_identity")) {
        fputs(_("This computer has no identity yet: `zuruf init --name \"Your Name\"`.\n"), stream);
    } else {
        print_line(stream, _("You:"), field_text(info, "name"));
        print_line(stream, _("This computer:"), field_text(info, "fingerprint"));
    }
    if (field_true(sync, "runs_twice"))
        print_alert(stream, "",
                    _("This identity runs on another computer, too. End Zuruf on one of the two and let it join as a "
                      "device\n"
                      "of its own: `zuruf device link`."));
    if (field_true(info, "has_identity") && !field_true(info, "has_workspace"))
        fputs(_("No workspace yet: `zuruf workspace create NAME` or `zuruf join CODE`.\n"), stream);
    print_removed(stream, json_object_get(sync, "removed"));
    if (field_true(info, "has_workspace"))
        fputs(_("Chats:\n"), stream);
    json_array_foreach(json_object_get(sync, "groups"), index, group) print_group(stream, group);
    print_people(stream, people);
    carrier_print_full(stream, json_object_get(people, "persons"));
    if (carrier_is_any(json_object_get(sync, "carrier")))
        carrier_print(stream, json_object_get(sync, "carrier"));
    print_forked(stream, sync);
    fprintf(stream, _("Connections: %llu\n"), (unsigned long long)field_number(sync, "links"));
    fprintf(stream, _("Entries stored: %llu\n"), (unsigned long long)field_number(sync, "entries"));
    print_listen(stream, field_text(info, "listen"));
    print_line(stream, _("Finding others:"), discovery_words(field_text(sync, "discovery")));
    print_disk(stream, sync);
    print_pinned(stream, sync);
    print_root(stream, json_object_get(sync, "root"));
    print_line(stream, _("Keys on the disk:"),
               field_true(info, "passphrase") ? _("under a passphrase")
                                              : _("open to whoever can read store.key (`zuruf passphrase set`)"));
}
