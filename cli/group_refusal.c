/* SPDX-License-Identifier: MIT */
#include "group_refusal.h"
#include "refusal.h"
#include "translate.h"
#include <string.h>

static const char *name_of(const char *person)
{
    return person + (*person == '@');
}

static enum exit_code no_person(const struct context *context, const char *person)
{
    if (!person)
        return refusal_say(context, EXIT_NOT_FOUND, "not_found", "%s",
                           _("One of those people is not here. `zuruf who` lists all; somebody new comes into the "
                             "workspace first: `zuruf invite`."));
    return refusal_say(context, EXIT_NOT_FOUND, "not_found",
                       _("There is nobody called \"%s\" here. `zuruf who` lists the people; somebody new comes into "
                         "the workspace first: `zuruf invite`."),
                       name_of(person));
}

/* ---------------------------------------------------------------- one matter each; EXIT_DONE: nothing to add */

static enum exit_code of_show(const struct context *context, const char *code, const struct group_asked *asked)
{
    if (strcmp(code, "not_found") != 0 || *asked->group != '@')
        return EXIT_DONE;
    return refusal_say(context, EXIT_NOT_FOUND, code,
                       _("Nobody has written there yet. The chat with %s begins with the first message: `zuruf send "
                         "%s TEXT`."),
                       name_of(asked->group), asked->group);
}

static enum exit_code of_create(const struct context *context, const char *code, const struct group_asked *asked)
{
    return strcmp(code, "not_found") == 0 ? no_person(context, asked->person) : EXIT_DONE;
}

static enum exit_code of_add(const struct context *context, const char *code, const struct group_asked *asked)
{
    if (strcmp(code, "not_found") == 0)
        return no_person(context, asked->person);
    if (strcmp(code, "exists") == 0)
        return refusal_say(context, EXIT_FAILED, code,
                           _("%s is in that group already, or is invited: `zuruf group show \"%s\"` tells."),
                           name_of(asked->person), asked->group);
    if (strcmp(code, "usage") == 0)
        return refusal_say(context, EXIT_USAGE, code, "%s",
                           _("That is the workspace itself: people come into it by a code. Make one with `zuruf "
                             "invite`, for somebody who was in it before with `zuruf invite --person PERSON`."));
    return EXIT_DONE;
}

static enum exit_code of_member(const struct context *context, const char *code, const struct group_asked *asked)
{
    if (strcmp(code, "not_found") == 0)
        return refusal_say(context, EXIT_NOT_FOUND, code,
                           _("\"%s\" is not in that group. `zuruf group show \"%s\"` tells who is."),
                           name_of(asked->person), asked->group);
    if (strcmp(code, "exists") == 0)
        return refusal_say(context, EXIT_FAILED, code, _("%s has that role already, on every computer."),
                           name_of(asked->person));
    return EXIT_DONE;
}

static enum exit_code of_leave(const struct context *context, const char *code, const struct group_asked *asked)
{
    if (strcmp(code, "not_found") != 0)
        return EXIT_DONE;
    return refusal_say(context, EXIT_NOT_FOUND, code, _("You are not in \"%s\", so there is nothing to leave."),
                       asked->group);
}

static enum exit_code of_answer(const struct context *context, const char *code, const struct group_asked *asked)
{
    if (strcmp(code, "not_found") != 0)
        return EXIT_DONE;
    return refusal_say(context, EXIT_NOT_FOUND, code,
                       _("You are not invited into \"%s\". `zuruf group list` tells what waits for an answer; an "
                         "invitation that was declined or taken back has to be made again."),
                       asked->group);
}

static enum exit_code of_enter(const struct context *context, const char *code, const struct group_asked *asked)
{
    if (strcmp(code, "not_found") == 0)
        return refusal_say(context, EXIT_NOT_FOUND, code,
                           _("The root key knows of no group \"%s\". `zuruf root groups` lists those it was told of; "
                             "of private ones it never is."),
                           asked->group);
    if (strcmp(code, "exists") == 0)
        return refusal_say(context, EXIT_FAILED, code,
                           _("You are in \"%s\" yourself, so there is nothing to enter. The root key names its admins "
                             "at once: `zuruf group role \"%s\" PERSON admin`."),
                           asked->group, asked->group);
    return EXIT_DONE;
}

static enum exit_code of_take_over(const struct context *context, const char *code, const struct group_asked *asked)
{
    if (strcmp(code, "not_found") == 0)
        return refusal_say(context, EXIT_NOT_FOUND, code,
                           _("This computer has nothing of a group \"%s\". One that `zuruf root groups` lists is "
                             "entered first: `zuruf root enter \"%s\"`."),
                           asked->group, asked->group);
    if (strcmp(code, "usage") == 0)
        return refusal_say(context, EXIT_USAGE, code, "%s",
                           _("Only a group has a root key beside that of the workspace. The workspace's own is "
                             "replaced with `zuruf root hand-over`."));
    return EXIT_DONE;
}

enum exit_code group_refusal(const struct context *context, const char *code, const void *asked)
{
    static enum exit_code (*const say[GROUP_MATTERS])(const struct context *context, const char *code,
                                                      const struct group_asked *asked) = {
        [GROUP_MATTER_SHOW] = of_show,     [GROUP_MATTER_CREATE] = of_create, [GROUP_MATTER_ADD] = of_add,
        [GROUP_MATTER_REMOVE] = of_member, [GROUP_MATTER_ROLE] = of_member,   [GROUP_MATTER_ANSWER] = of_answer,
        [GROUP_MATTER_LEAVE] = of_leave,   [GROUP_MATTER_ENTER] = of_enter,   [GROUP_MATTER_TAKE_OVER] = of_take_over,
    };
    const struct group_asked *what = asked;

    return say[what->matter] ? say[what->matter](context, code, what) : EXIT_DONE;
}

enum exit_code group_refusal_of_two(const struct context *context, const char *name)
{
    if (*name != '@')
        return EXIT_DONE;
    return refusal_say(context, EXIT_USAGE, "usage",
                       _("The chat with %s is one of two people: it has no name, roles or further members, and nobody "
                         "leaves it. For more people make a group: `zuruf group create NAME --member PERSON`."),
                       name_of(name));
}
