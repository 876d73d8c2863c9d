/* SPDX-License-Identifier: MIT
 * zuruf doctor: looks at everything that has to be right, and says what to do about what is not. */
#include "call.h"
#include "fields.h"
#include "options.h"
#include "output.h"
#include "times.h"
#include "translate.h"
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

const char verb_doctor_help[] =
    N_("Examples:\n"
       "  zuruf doctor\n"
       "\n"
       "Checks the home directory, disk, clock, node, discovery and connections, and says what to do\n"
       "about what is not as it should be. Starts nothing and changes nothing. Exit 1: something was found,\n"
       "3: no node runs.\n"
       "JSON: check good message\n");

#define CLOCK_EARLIEST_MS 1764547200000u /* 2025-12-01: no copy of this program is older */
#define CLOCK_TOLERANCE_MS 600000        /* what the order of messages puts up with */
#define DISK_LITTLE ((uint64_t)256 << 20)

struct examination {
    const struct context *context;
    bool found; /* something is not as it should be */
};

static void report(struct examination *examination, const char *check, bool good, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void report(struct examination *examination, const char *check, bool good, const char *format, ...)
{
    char message[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    examination->found = examination->found || !good;
    if (examination->context->json) {
        json_t *line = json_pack("{s:s, s:b, s:s}", "check", check, "good", good, "message", message);
        output_json(line);
        json_decref(line);
        return;
    }
    printf("%s%s%s ", output_style(stdout, good ? STYLE_PLAIN : STYLE_ALERT), good ? _("good:") : _("ATTENTION:"),
           output_style(stdout, STYLE_PLAIN));
    output_name(stdout, message);
    putchar('\n');
}

/* The home or, as long as it is not there, the nearest folder above it. */
static void nearest_folder(const char *home, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%s", home);
    for (char *slash = strrchr(ret, '/'); slash && access(ret, F_OK) != 0; slash = strrchr(ret, '/'))
        slash[slash == ret] = '\0';
}

static void examine_home(struct examination *examination)
{
    const char *home = examination->context->home;
    struct stat found;
    struct statvfs disk;
    char folder[PATH_MAX];

    bool there = stat(home, &found) == 0;
    nearest_folder(home, folder);
    if (there && !S_ISDIR(found.st_mode))
        report(examination, "home", false, _("%s is no folder. Use another home."), home);
    else if (there && found.st_uid != geteuid())
        report(examination, "home", false, _("%s belongs to another user. Use a home of your own."), home);
    else if (access(folder, W_OK | X_OK) != 0)
        report(examination, "home", false, _("%s cannot be written: %s."), folder, strerror(errno));
    else if (!there)
        report(examination, "home", true, _("%s does not exist yet; the first use makes it."), home);
    else if (found.st_mode & 077)
        report(examination, "home", false, _("Others may look into %s. Close it: chmod 700 %s"), home, home);
    else
        report(examination, "home", true, _("%s is there and closed to others."), home);
    if (statvfs(folder, &disk) != 0)
        return;
    uint64_t room = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (room < DISK_LITTLE)
        report(examination, "disk", false, _("Only %llu MiB of the disk are free. Make room."),
               (unsigned long long)room >> 20);
    else
        report(examination, "disk", true, _("%llu MiB of the disk are free."), (unsigned long long)room >> 20);
}

/* Others' newest entries tell whether this computer's clock is far behind. */
static void examine_clock(struct examination *examination, const json_t *persons)
{
    uint64_t now = times_now_ms(), newest = 0, ms;
    const json_t *person;
    size_t index;

    json_array_foreach(persons, index, person) if (times_parse_rfc3339(field_text(person, "complete_to"), &ms) &&
                                                   ms > newest) newest = ms;
    if (now < CLOCK_EARLIEST_MS || newest > now + CLOCK_TOLERANCE_MS)
        report(
            examination, "clock", false,
            _("The clock of this computer seems to be behind. Set it right: messages show the time of their author."));
    else
        report(examination, "clock", true, _("The clock is plausible."));
}

static void examine_identity(struct examination *examination, const json_t *info)
{
    if (!field_true(info, "has_identity"))
        report(examination, "identity", false, _("No identity yet: zuruf init --name \"Your Name\""));
    else if (!field_true(info, "has_workspace"))
        report(examination, "workspace", false, _("No workspace yet: zuruf workspace create NAME, or zuruf join CODE"));
    else
        report(examination, "workspace", true, _("You are %s in %s."), field_text(info, "name"),
               field_text(info, "workspace"));
}

static void examine_sync(struct examination *examination, const json_t *sync)
{
    const char *discovery = field_text(sync, "discovery");
    const char *disk = field_text(sync, "disk_state");

    if (strcmp(discovery, "running") == 0)
        report(examination, "discovery", true, _("Computers in this network are looked for (mDNS)."));
    else if (strcmp(discovery, "off") == 0)
        report(examination, "discovery", true, _("Looking for computers in this network is switched off (--no-mdns)."));
    else
        report(examination, "discovery", false,
               _("Computers in this network cannot be looked for; node.log in the home directory says why. Until then: "
                 "zuruf peer add HOST:PORT"));
    if (strcmp(disk, "limit") == 0)
        report(examination, "disk_state", false,
               _("The node takes no messages of others for want of disk space. Make room."));
    else if (strcmp(disk, "disk_full") == 0)
        report(examination, "disk_state", false, _("The node writes nothing for want of disk space. Make room."));
    if (json_is_object(json_object_get(sync, "pinned")))
        report(examination, "pinned", false,
               _("Process %llu has been reading the database for long, so the file grows all the time. End it."),
               (unsigned long long)field_number(json_object_get(sync, "pinned"), "process"));
}

static void examine_peers(struct examination *examination, const json_t *sync, const json_t *persons)
{
    unsigned long long links = field_number(sync, "links");

    if (json_is_object(json_object_get(sync, "removed")))
        report(examination, "removed", false,
               _("This computer was removed from the workspace, so nobody exchanges anything with it. An admin lets it "
                 "in again: zuruf invite --person NAME, and here: zuruf join CODE"));
    else if (links > 0)
        report(examination, "peers", true, ngettext("%llu connection stands.", "%llu connections stand.", links),
               links);
    else if (json_array_size(persons) > 1)
        report(
            examination, "peers", false,
            _("There is no connection to anybody. Are the others on, and in this network? A firewall must let in TCP "
              "to the port that `zuruf status` shows, and UDP 5353. Else: zuruf peer add HOST:PORT"));
    else
        report(examination, "peers", true, _("Nobody else is known yet, so there is nobody to connect to."));
}

static enum exit_code examine_node(struct examination *examination, struct client *client)
{
    const struct context *context = examination->context;
    json_t *info = NULL, *sync = NULL, *people = NULL;
    enum exit_code exit = call_node(context, client, "node.info", NULL, &info);

    if (field_true(info, "locked")) {
        report(examination, "node", false, _("The home is locked. Open it with its passphrase: zuruf unlock"));
        json_decref(info);
        return EXIT_DONE;
    }
    if (!exit)
        exit = call_node(context, client, "sync.status", NULL, &sync);
    if (!exit && field_true(info, "has_workspace"))
        exit = call_node(context, client, "person.list", NULL, &people);
    if (!exit) {
        const json_t *persons = field_list(people, "persons");
        report(examination, "node", true, _("The node runs (process %llu)."),
               (unsigned long long)field_number(info, "pid"));
        examine_identity(examination, info);
        examine_clock(examination, persons);
        examine_sync(examination, sync);
        examine_peers(examination, sync, persons);
    }
    json_decref(people);
    json_decref(sync);
    json_decref(info);
    return exit;
}

enum exit_code verb_doctor(struct context *context, int argc, char **argv)
{
    struct examination examination = {.context = context};
    struct client *client;
    enum exit_code exit;

    if (!options_only_common(context, argc, argv, &exit))
        return exit;
    if (optind != argc)
        return options_misused(context, _("what is \"%s\"?"), argv[optind]);
    examine_home(&examination);
    if (client_open(context->home, &client) != OK) {
        examine_clock(&examination, NULL);
        report(&examination, "node", false, _("No node runs. Start one: zuruf node, or any other verb."));
        return EXIT_NO_NODE;
    }
    exit = examine_node(&examination, client);
    client_free(client);
    if (exit)
        return exit;
    return examination.found ? EXIT_FAILED : EXIT_DONE;
}
