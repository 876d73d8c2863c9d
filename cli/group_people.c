/* SPDX-License-Identifier: MIT */
#include "group_people.h"
#include "call.h"
#include "fields.h"
#include "group_refusal.h"
#include "options.h"
#include "output.h"
#include "passphrase.h"
#include "people.h"
#include "refusal.h"
#include "target.h"
#include "translate.h"
#include <stdlib.h>
#include <string.h>

struct errand {
    const struct context *context;
    struct client *client;
    const char *person, *role; /* role: NULL: to be removed */
    const char *file;
    char *group, *name;
};

/* Names are compared by the node as it likes; here it is enough to ask for a passphrase once too often. */
static bool is_admin_there(const struct errand *errand, const json_t *group)
{
    const char *name = errand->person + (*errand->person == '@');
    const json_t *row;
    size_t index;

    json_array_foreach(field_list(group, "persons"), index, row)
    {
        if (strcasecmp(field_text(row, "name"), name) == 0)
            return strcmp(field_text(row, "role"), "admin") == 0;
    }
    return false;
}

static bool is_oneself(const struct errand *errand, const json_t *group)
{
    const char *name = errand->person + (*errand->person == '@');
    const json_t *row;
    size_t index;

    json_array_foreach(field_list(group, "persons"), index, row)
    {
        if (field_true(row, "self"))
            return strcasecmp(field_text(row, "name"), name) == 0;
    }
    return false;
}

/* Whether the workspace's root key is needed, is here, and lies under a passphrase.  Groups' own have none. */
static enum exit_code needs_passphrase(const struct errand *errand, bool *ret)
{
    json_t *group, *sync = NULL;
    enum exit_code exit =
        call_node(errand->context, errand->client, "group.show", json_pack("{s:s}", "group", errand->group), &group);

    *ret = false;
    if (exit)
        return exit;
    if (!errand->role && is_oneself(errand, group)) {
        json_decref(group);
        return refusal_say(errand->context, EXIT_USAGE, "usage", "%s",
                           _("That is you. You leave with: zuruf group leave GROUP"));
    }
    bool makes_admin = errand->role && strcmp(errand->role, "admin") == 0;
    bool is_rooted_there = strcmp(field_text(group, "kind"), "workspace") == 0 || field_true(group, "by_workspace");
    if (is_rooted_there && (makes_admin || is_admin_there(errand, group))) {
        exit = call_node(errand->context, errand->client, "sync.status", NULL, &sync);
        *ret = !exit && field_true(json_object_get(sync, "root"), "passphrase");
    }
    json_decref(group);
    json_decref(sync);
    return exit;
}

static enum exit_code ask_node(const struct errand *errand)
{
    struct passphrase passphrase = {""};
    bool needed;
    json_t *result = NULL;
    enum exit_code exit = needs_passphrase(errand, &needed);

    if (!exit && needed)
        exit = passphrase_get(errand->context, errand->file, _("Passphrase of the root key: "), &passphrase);
    if (!exit) {
        json_t *params = json_pack("{s:s, s:s, s:s*, s:s*}", "group", errand->group, "person", errand->person, "role",
                                   errand->role, "passphrase", *passphrase.text ? passphrase.text : NULL);
        const struct group_asked asked = {errand->role ? GROUP_MATTER_ROLE : GROUP_MATTER_REMOVE, errand->name,
                                          errand->person};
        exit = call_node_explained(errand->context, errand->client, errand->role ? "group.role" : "group.remove",
                                   params, group_refusal, &asked, &result);
    }
    json_decref(result);
    passphrase_wipe(&passphrase);
    return exit;
}

/* For people; programs have the exit status. */
static void tell(const struct errand *errand)
{
    if (errand->context->json)
        return;
    output_name(stdout, errand->person);
    if (errand->role) {
        fputs(_(" has this role now: "), stdout);
        output_name(stdout, people_role(errand->role));
    } else {
        fputs(_(" is removed from "), stdout);
        output_name(stdout, errand->name);
        fputs(_("; what is written from now on is sealed with a new key"), stdout);
    }
    fputc('\n', stdout);
}

static enum exit_code run(struct errand *errand, const char *group)
{
    enum exit_code exit = call_open(errand->context, &errand->client);

    if (exit)
        return exit;
    exit = target_group(errand->context, errand->client, group, &errand->group, &errand->name);
    if (!exit)
        exit = group_refusal_of_two(errand->context, errand->name);
    if (!exit)
        exit = ask_node(errand);
    if (!exit)
        tell(errand);
    free(errand->group);
    free(errand->name);
    client_free(errand->client);
    return exit;
}

enum exit_code group_people_remove(const struct context *context, const char *group, const char *person,
                                   const char *passphrase_file)
{
    struct errand errand = {.context = context, .person = person, .file = passphrase_file};

    return run(&errand, group);
}

enum exit_code group_people_role(const struct context *context, const char *group, const char *person, const char *role,
                                 const char *passphrase_file)
{
    static const char *const roles[] = {"admin", "member", "reader", "carrier"};
    struct errand errand = {.context = context, .person = person, .role = role, .file = passphrase_file};

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i], role) == 0)
            return run(&errand, group);
    return options_misused(context, _("a ROLE is admin, member, reader or carrier"));
}
