/* SPDX-License-Identifier: MIT */
#include "root_groups.h"
#include "fields.h"
#include "group_refusal.h"
#include "output.h"
#include "people.h"
#include "times.h"
#include "translate.h"
#include <string.h>
#include <time.h>

#define PATIENCE_MS 5000
#define LOOK_AGAIN_NS 100000000

enum exit_code root_groups_passphrase(const struct context *context, struct client *client, const char *file,
                                      struct passphrase *ret)
{
    json_t *sync;
    enum exit_code exit = call_node(context, client, "sync.status", NULL, &sync);

    ret->text[0] = '\0';
    if (!exit && field_true(json_object_get(sync, "root"), "passphrase"))
        exit = passphrase_get(context, file, _("Passphrase of the root key: "), ret);
    json_decref(sync);
    return exit;
}

static enum exit_code open_groups(const struct context *context, struct client *client,
                                  const struct passphrase *passphrase, json_t **ret)
{
    return call_node(context, client, "root.groups",
                     json_pack("{s:s*}", "passphrase", *passphrase->text ? passphrase->text : NULL), ret);
}

/* ---------------------------------------------------------------- which there are */

static const char *state_of(const json_t *group)
{
    if (field_true(group, "member"))
        return _("you are in it");
    if (field_true(group, "known"))
        return _("entered with the root key");
    if (field_true(group, "entered"))
        return _("entered, waiting for a computer of somebody who is in it");
    return _("not entered");
}

static void print_group(const json_t *group)
{
    fputs(output_style(stdout, STYLE_BOLD), stdout);
    output_name(stdout, field_text(group, "name"));
    fprintf(stdout, "%s  ", output_style(stdout, STYLE_PLAIN));
    if (*field_text(group, "by")) {
        fputs(_("told by "), stdout);
        output_name(stdout, field_text(group, "by"));
        fputs(", ", stdout);
    }
    fputs(state_of(group), stdout);
    fputs(field_true(group, "ruled") ? _("; the root key has named admins there\n") : "\n", stdout);
}

enum exit_code root_groups_list(const struct context *context, struct client *client, const char *file)
{
    struct passphrase passphrase;
    json_t *result = NULL, *group;
    size_t index;
    enum exit_code exit = root_groups_passphrase(context, client, file, &passphrase);

    if (!exit)
        exit = open_groups(context, client, &passphrase, &result);
    passphrase_wipe(&passphrase);
    json_array_foreach(json_object_get(result, "groups"), index, group)
    {
        if (context->json)
            output_json(group);
        else
            print_group(group);
    }
    if (!exit && !context->json && json_array_size(json_object_get(result, "groups")) == 0)
        fputs(_("The root key knows of no group. Private ones are never told to it.\n"), stdout);
    json_decref(result);
    return exit;
}

/* ---------------------------------------------------------------- entering one */

static enum exit_code call_of_root(const struct context *context, struct client *client, enum group_matter matter,
                                   const char *group, const struct passphrase *passphrase, json_t **ret)
{
    const struct group_asked asked = {matter, group, NULL};
    json_t *params =
        json_pack("{s:s, s:s*}", "group", group, "passphrase", *passphrase->text ? passphrase->text : NULL);

    return call_node_explained(context, client, matter == GROUP_MATTER_ENTER ? "root.enter" : "root.take_over", params,
                               group_refusal, &asked, ret);
}

static enum exit_code ask(const struct context *context, struct client *client, const char *group, const char *file,
                          json_t **ret)
{
    struct passphrase passphrase;
    json_t *groups = NULL;
    enum exit_code exit = root_groups_passphrase(context, client, file, &passphrase);

    *ret = NULL;
    if (!exit) /* what came since the last time is to be found, too */
        exit = open_groups(context, client, &passphrase, &groups);
    if (!exit)
        exit = call_of_root(context, client, GROUP_MATTER_ENTER, group, &passphrase, ret);
    json_decref(groups);
    passphrase_wipe(&passphrase);
    return exit;
}

/* Who is in it comes from a computer of one of them. */
static enum exit_code wait_for_people(const struct context *context, struct client *client, const char *id,
                                      json_t **ret)
{
    const struct timespec pause = {0, LOOK_AGAIN_NS};
    const uint64_t end_ms = times_now_ms() + PATIENCE_MS;
    enum exit_code exit;

    for (;;) {
        exit = call_node(context, client, "group.show", json_pack("{s:s}", "group", id), ret);
        if (exit || json_array_size(json_object_get(*ret, "persons")) > 0 || times_now_ms() >= end_ms)
            return exit;
        json_decref(*ret);
        nanosleep(&pause, NULL);
    }
}

static void print_people(const json_t *group)
{
    const json_t *person;
    size_t index;

    json_array_foreach(json_object_get(group, "persons"), index, person)
    {
        fputs("  ", stdout);
        output_name(stdout, field_text(person, "name"));
        fputs(", ", stdout);
        output_name(stdout, people_role(field_text(person, "role")));
        fputc('\n', stdout);
    }
    if (index == 0)
        fputs(_("No computer of somebody who is in it answers yet. `zuruf root groups` tells when one has.\n"), stdout);
    else
        fputs(_("You can name an admin: zuruf group role GROUP PERSON admin. You cannot read what is said there.\n"),
              stdout);
}

enum exit_code root_groups_enter(const struct context *context, struct client *client, const char *group,
                                 const char *file)
{
    json_t *entered, *shown = NULL;
    enum exit_code exit = ask(context, client, group, file, &entered);

    if (!exit)
        exit = wait_for_people(context, client, field_text(entered, "group"), &shown);
    if (!exit && context->json)
        output_json(shown);
    else if (!exit)
        print_people(shown);
    json_decref(entered);
    json_decref(shown);
    return exit;
}

/* ---------------------------------------------------------------- a root of its own */

enum exit_code root_groups_take_over(const struct context *context, struct client *client, const char *group,
                                     const char *file)
{
    struct passphrase passphrase;
    json_t *result = NULL;
    enum exit_code exit = root_groups_passphrase(context, client, file, &passphrase);

    if (!exit)
        exit = call_of_root(context, client, GROUP_MATTER_TAKE_OVER, group, &passphrase, &result);
    passphrase_wipe(&passphrase);
    if (!exit && context->json)
        output_json(result);
    else if (!exit)
        fputs(_("The group has another root key, on this computer. Its old one counts no more.\n"), stdout);
    json_decref(result);
    return exit;
}
