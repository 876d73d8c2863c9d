/* SPDX-License-Identifier: MIT
 * zuruf group: chats of some of the people. */
#include "call.h"
#include "fields.h"
#include "group_people.h"
#include "group_refusal.h"
#include "groups_print.h"
#include "options.h"
#include "output.h"
#include "target.h"
#include "translate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char verb_group_help[] =
    N_("Examples:\n"
       "  zuruf group create Alpha --folder Projects/2026 --member Anna --member Ben\n"
       "  zuruf group list\n"
       "  zuruf group show Alpha\n"
       "  zuruf group add Alpha Clara\n"
       "  zuruf group add Alpha Cupboard --role carrier\n"
       "  zuruf group remove Alpha Ben\n"
       "  zuruf group role Alpha Clara admin\n"
       "  zuruf group leave Alpha\n"
       "  zuruf group rename Alpha \"Project Alpha\"\n"
       "  zuruf group accept Lunch\n"
       "\n"
       "A group is a chat of some of the people; nobody else learns that there is one. Who makes it is its\n"
       "admin and says who is invited. Whom an admin of the workspace invites comes in without a question,\n"
       "also if the computer is off at present; others are asked: `group list` shows that, and `group accept`\n"
       "or `group decline` answers. Its name is a TARGET for send, read, chat and export.\n"
       "\n"
       "What somebody wrote before being removed stays; what is written later is sealed with a new key.\n"
       "Removing from the workspace (its name as GROUP) removes from every group. Leaving goes for all your\n"
       "computers. A ROLE is admin, member, reader, or carrier: a computer that keeps and passes on, and can\n"
       "read nothing. Only the root key makes admins or takes that back; it lies where the group or workspace\n"
       "was made. That of the workspace may do so in every group that is not private: `zuruf help root`.\n"
       "\n"
       "A carrier brings people together who are never there at the same time. It learns no names, so `group\n"
       "list` on it shows ids. It takes what an admin of the workspace adds it to, and asks its owner about\n"
       "groups of others (`group accept ID`).\n"
       "\n"
       "  --folder PATH    create: where it is filed, with / between the parts\n"
       "  --member PERSON  create: invites that person; may be given several times\n"
       "  --role ROLE      add: member (as usual) or carrier\n"
       "  --private        create: the workspace's root key never hears of it and has no say in it\n"
       "  --root-passphrase-file FILE  remove, role: its first line is the passphrase of the workspace's root\n"
       "                   key, if it has one and is needed; else asked for\n"
       "JSON of create: group name; of list: group name kind person folder private admitted left entered\n"
       "by_workspace role members logs missing payloads_missing received carried has_key waiting_for_key\n"
       "needs_instance needs_newer, for invitations, with the kind \"invitation\": group name kind inviter person\n"
       "device fingerprint private role declined; of show: as of list, persons (as of who) and invited (person\n"
       "name device role declined); of leave: remaining\n");

struct asking {
    struct context *context;
    json_t *members;
    const char *folder;
    const char *passphrase_file;
    const char *role;
    bool is_private;
    char **operands; /* behind the subcommand */
};

/* ---------------------------------------------------------------- making and changing */

static enum exit_code create(const struct asking *asking)
{
    const struct context *context = asking->context;
    json_t *result;
    json_t *params = json_pack("{s:s, s:O, s:b, s:s*}", "name", asking->operands[0], "members", asking->members,
                               "private", asking->is_private, "folder", asking->folder);
    const size_t members = json_array_size(asking->members);
    const struct group_asked asked = {GROUP_MATTER_CREATE, asking->operands[0],
                                      members == 1 ? json_string_value(json_array_get(asking->members, 0)) : NULL};
    enum exit_code exit = call_explained_once(context, "group.create", params, group_refusal, &asked, &result);

    if (exit)
        return exit;
    if (context->json) {
        json_object_set_new(result, "name", json_string(asking->operands[0]));
        output_json(result);
    } else {
        fputs(_("The group is made: "), stdout);
        output_name(stdout, asking->operands[0]);
        fputc('\n', stdout);
    }
    json_decref(result);
    return EXIT_DONE;
}

/* A method about one group, which is not a chat of two. */
static enum exit_code change(const struct asking *asking, const char *method, enum group_matter matter, json_t *params,
                             json_t **ret)
{
    const struct context *context = asking->context;
    const struct group_asked asked = {matter, asking->operands[0], asking->operands[1]};
    struct client *client;
    char *id = NULL, *name = NULL;
    enum exit_code exit = call_open(context, &client);

    *ret = NULL;
    if (!exit) {
        exit = target_group(context, client, asking->operands[0], &id, &name);
        if (!exit)
            exit = group_refusal_of_two(context, name);
        if (!exit) {
            json_object_set_new(params, "group", json_string(id));
            exit = call_node_explained(context, client, method, json_incref(params), group_refusal, &asked, ret);
        }
        client_free(client);
    }
    json_decref(params);
    free(id);
    free(name);
    return exit;
}

static enum exit_code add(const struct asking *asking)
{
    json_t *result;
    json_t *params = json_pack("{s:s, s:s*}", "person", asking->operands[1], "role", asking->role);
    enum exit_code exit = change(asking, "group.add", GROUP_MATTER_ADD, params, &result);

    json_decref(result);
    return exit;
}

static enum exit_code rename_group(const struct asking *asking)
{
    json_t *result;
    enum exit_code exit =
        change(asking, "group.rename", GROUP_MATTER_RENAME, json_pack("{s:s}", "name", asking->operands[1]), &result);

    json_decref(result);
    return exit;
}

static enum exit_code remove_person(const struct asking *asking)
{
    return group_people_remove(asking->context, asking->operands[0], asking->operands[1], asking->passphrase_file);
}

static enum exit_code set_role(const struct asking *asking)
{
    return group_people_role(asking->context, asking->operands[0], asking->operands[1], asking->operands[2],
                             asking->passphrase_file);
}

static void tell_left(const char *group, const json_t *result)
{
    unsigned long long remaining = field_number(result, "remaining");

    fputs(_("You have left "), stdout);
    output_name(stdout, group);
    fputs(_("; what was written before stays readable here\n"), stdout);
    if (remaining)
        printf(ngettext("%llu other computer of yours was let in by itself, so it leaves as soon as it is on and hears "
                        "of this. If it is lost: zuruf device revoke DEVICE\n",
                        "%llu other computers of yours were let in by themselves, so each leaves as soon as it is on "
                        "and hears of this. Of one that is lost: zuruf device revoke DEVICE\n",
                        (unsigned long)remaining),
               remaining);
}

static enum exit_code leave(const struct asking *asking)
{
    const struct context *context = asking->context;
    json_t *result;
    enum exit_code exit = change(asking, "group.leave", GROUP_MATTER_LEAVE, json_object(), &result);

    if (!exit && context->json)
        output_json(result);
    else if (!exit)
        tell_left(asking->operands[0], result);
    json_decref(result);
    return exit;
}

static enum exit_code answer(const struct asking *asking, const char *method)
{
    const struct group_asked asked = {GROUP_MATTER_ANSWER, asking->operands[0], NULL};
    json_t *result;
    json_t *params = json_pack("{s:s}", "group", asking->operands[0]);
    enum exit_code exit = call_explained_once(asking->context, method, params, group_refusal, &asked, &result);

    json_decref(result);
    return exit;
}

static enum exit_code accept_invitation(const struct asking *asking)
{
    return answer(asking, "group.accept");
}

static enum exit_code decline(const struct asking *asking)
{
    return answer(asking, "group.decline");
}

/* ---------------------------------------------------------------- showing */

static enum exit_code list(const struct asking *asking)
{
    const struct context *context = asking->context;
    json_t *result, *row;
    size_t index;
    enum exit_code exit = call_once(context, "group.list", NULL, &result);

    if (exit)
        return exit;
    if (context->json) {
        json_array_foreach(json_object_get(result, "groups"), index, row) output_json(row);
        json_array_foreach(json_object_get(result, "invitations"), index, row)
        {
            json_object_set_new(row, "kind", json_string("invitation"));
            output_json(row);
        }
    } else {
        groups_print_list(stdout, result);
    }
    json_decref(result);
    return EXIT_DONE;
}

static enum exit_code show(const struct asking *asking)
{
    const struct context *context = asking->context;
    struct client *client;
    const struct group_asked asked = {GROUP_MATTER_SHOW, asking->operands[0], NULL};
    char *id = NULL, *name = NULL;
    json_t *result = NULL;
    enum exit_code exit = call_open(context, &client);

    if (exit)
        return exit;
    exit = target_group(context, client, asking->operands[0], &id, &name);
    if (!exit)
        exit = call_node_explained(context, client, "group.show", json_pack("{s:s}", "group", id), group_refusal,
                                   &asked, &result);
    if (!exit && context->json)
        output_json(result);
    else if (!exit)
        groups_print(stdout, result);
    json_decref(result);
    free(id);
    free(name);
    client_free(client);
    return exit;
}

/* ---------------------------------------------------------------- the verb */

static const struct subcommand {
    const char *name;
    int operands;
    enum exit_code (*run)(const struct asking *asking);
} subcommands[] = {
    {"create", 1, create},       {"list", 0, list},
    {"show", 1, show},           {"add", 2, add},
    {"rename", 2, rename_group}, {"accept", 1, accept_invitation},
    {"decline", 1, decline},     {"remove", 2, remove_person},
    {"role", 3, set_role},       {"leave", 1, leave},
};

static const struct subcommand *find(const char *name, int operands)
{
    for (size_t i = 0; name && i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(subcommands[i].name, name) == 0 && subcommands[i].operands == operands)
            return &subcommands[i];
    return NULL;
}

/* False: leave with *ret_exit. */
static bool parse(struct asking *asking, int argc, char **argv, enum exit_code *ret_exit)
{
    enum { FOLDER = OPTION_OWN, MEMBER, PRIVATE, ROLE, PASSPHRASE };
    static const struct option longs[] = {{"folder", required_argument, NULL, FOLDER},
                                          {"member", required_argument, NULL, MEMBER},
                                          {"private", no_argument, NULL, PRIVATE},
                                          {"role", required_argument, NULL, ROLE},
                                          {"root-passphrase-file", required_argument, NULL, PASSPHRASE},
                                          OPTIONS_COMMON};
    int option;

    options_begin();
    while ((option = options_next(asking->context, argc, argv, "", longs)) != -1) {
        if (option == FOLDER) {
            asking->folder = optarg;
        } else if (option == MEMBER) {
            json_array_append_new(asking->members, json_string(optarg));
        } else if (option == PRIVATE) {
            asking->is_private = true;
        } else if (option == ROLE) {
            asking->role = optarg;
        } else if (option == PASSPHRASE) {
            asking->passphrase_file = optarg;
        } else {
            *ret_exit = options_other(asking->context, option);
            return false;
        }
    }
    return true;
}

/* NULL: the options fit the subcommand. */
static const char *misuse(const struct asking *asking, const struct subcommand *subcommand)
{
    bool is_for_create = asking->folder || asking->is_private || json_array_size(asking->members) > 0;

    if (!subcommand)
        return _("it is called as: zuruf group create|show|leave|accept|decline NAME, list, "
                 "add|remove NAME PERSON, role NAME PERSON ROLE, rename NAME NEW");
    if (is_for_create && subcommand->run != create)
        return _("--folder, --member and --private are for create");
    if (asking->passphrase_file && subcommand->run != remove_person && subcommand->run != set_role)
        return _("--root-passphrase-file is for remove and role");
    if (asking->role && subcommand->run != add)
        return _("--role is for add");
    if (asking->role && strcmp(asking->role, "member") != 0 && strcmp(asking->role, "carrier") != 0)
        return _("--role of add is member or carrier; `zuruf group role` gives others");
    return NULL;
}

enum exit_code verb_group(struct context *context, int argc, char **argv)
{
    struct asking asking = {.context = context, .members = json_array()};
    enum exit_code exit;

    if (parse(&asking, argc, argv, &exit)) {
        const struct subcommand *subcommand = find(argv[optind], argc - optind - 1);
        const char *wrong = misuse(&asking, subcommand);
        asking.operands = argv + optind + 1;
        exit = wrong ? options_misused(context, "%s", wrong) : subcommand->run(&asking);
    }
    json_decref(asking.members);
    return exit;
}
