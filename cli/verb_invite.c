/* SPDX-License-Identifier: MIT
 * zuruf invite: a code that admits one device. */
#include "call.h"
#include "fields.h"
#include "invitation.h"
#include "options.h"
#include "output.h"
#include "refusal.h"
#include "times.h"
#include "translate.h"
#include <stdio.h>
#include <string.h>

#define EXPIRES_MAX_MS (366ull * 24 * 3600 * 1000)

const char verb_invite_help[] =
    N_("Examples:\n"
       "  zuruf invite\n"
       "  zuruf invite --role reader --expires 7d\n"
       "  zuruf invite --role carrier\n"
       "  zuruf invite --person Bernd\n"
       "\n"
       "Prints six words. Say them to the person you invite; they run `zuruf join` with them while this\n"
       "computer is on. A code admits one computer.\n"
       "\n"
       "Somebody who has lost a computer, or put it up anew, comes back under the old name with --person.\n"
       "For one more computer beside one that works, `zuruf device link` is better: it brings the chats\n"
       "along.\n"
       "\n"
       "  --role ROLE      member (as usual), reader, or carrier: a computer that keeps and passes on what\n"
       "                   others write and can read nothing of it, so that two who are never there at the\n"
       "                   same time reach each other\n"
       "  --person NAME    for another computer of somebody who is in the workspace, or was\n"
       "  --expires TIME   how long it is good: 30m, 24h (as usual), 7d\n"
       "JSON: code link expires\n");

/* The fields that the manual promises, and no more: a code is a secret. */
static void print_json(const json_t *result)
{
    json_t *line = json_pack("{s:s, s:s, s:s}", "code", field_text(result, "code"), "link", field_text(result, "link"),
                             "expires", field_text(result, "expires"));
    output_json(line);
    json_decref(line);
}

static bool is_role(const char *word)
{
    return strcmp(word, "member") == 0 || strcmp(word, "reader") == 0 || strcmp(word, "carrier") == 0;
}

/* A call_explain; `asked`: the person. */
static enum exit_code explain(const struct context *context, const char *code, const void *asked)
{
    const char *person = asked;

    if (!person || strcmp(code, "not_found") != 0)
        return EXIT_DONE;
    return refusal_say(context, EXIT_NOT_FOUND, code,
                       _("Nobody called \"%s\" is or was in the workspace. Somebody new chooses a name himself: `zuruf "
                         "invite` without --person."),
                       person + (*person == '@'));
}

struct inviting {
    const char *role, *expires, *person;
    uint64_t expires_ms; /* 0: as usual */
};

static enum exit_code check(const struct context *context, struct inviting *inviting)
{
    const char *expires = inviting->expires;

    if (expires && (!times_parse_duration(expires, &inviting->expires_ms) || inviting->expires_ms == 0 ||
                    inviting->expires_ms > EXPIRES_MAX_MS))
        return options_misused(context, _("\"%s\" is no length of time such as 24h, up to 366d"), expires);
    if (inviting->role && !is_role(inviting->role))
        return options_misused(
            context, _("--role is member, reader or carrier; an admin is made afterwards, by `zuruf group role`"));
    return EXIT_DONE;
}

static enum exit_code invite(const struct context *context, const struct inviting *inviting)
{
    json_t *result;
    json_t *params = json_pack("{s:s*, s:s*}", "role", inviting->role, "person", inviting->person);

    if (inviting->expires_ms)
        json_object_set_new(params, "expires_in_ms", json_integer((json_int_t)inviting->expires_ms));
    enum exit_code exit = call_explained_once(context, "invite.create", params, explain, inviting->person, &result);
    if (exit)
        return exit;
    if (context->json)
        print_json(result);
    else
        invitation_print(stdout, result);
    json_decref(result);
    return EXIT_DONE;
}

enum exit_code verb_invite(struct context *context, int argc, char **argv)
{
    enum { ROLE = OPTION_OWN, EXPIRES, PERSON };
    static const struct option longs[] = {{"role", required_argument, NULL, ROLE},
                                          {"expires", required_argument, NULL, EXPIRES},
                                          {"person", required_argument, NULL, PERSON},
                                          OPTIONS_COMMON};
    struct inviting inviting = {.role = NULL};
    int option;

    options_begin();
    while ((option = options_next(context, argc, argv, "", longs)) != -1) {
        if (option == ROLE)
            inviting.role = optarg;
        else if (option == EXPIRES)
            inviting.expires = optarg;
        else if (option == PERSON)
            inviting.person = optarg;
        else
            return options_other(context, option);
    }
    if (optind != argc)
        return options_misused(context, _("what is \"%s\"?"), argv[optind]);
    enum exit_code exit = check(context, &inviting);
    return exit ? exit : invite(context, &inviting);
}
