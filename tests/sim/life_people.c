/* SPDX-License-Identifier: MIT
 * What the people of a life do. */
#include "life.h"
#include <stdio.h>

/* Any message that was acknowledged lately; seq 0: none. */
static struct message_ref something_said(struct life *life)
{
    struct world *world = &life->world;
    const struct asked *asked = world->asked[world->asked_count - 1 - world_below(world, world->asked_count)];
    bool good = asked->type == COMMAND_SEND && asked->answered && !asked->error;
    return good ? asked->message : (struct message_ref){{{0}}, 0};
}

/* To another one alone, into a group, or to everybody. */
static void choose_chat(struct life *life, const struct host *host, char to[80], struct saying *saying)
{
    const struct resident *other = life_anybody(life);
    struct node_group group;
    size_t any = world_below(&life->world, 8);
    if (life_one_in(life, 5) && other->host != host)
        snprintf(to, 80, "@%s", other->host->name);
    else if (life_one_in(life, 4) && node_group_at(host->node, any, &group) && group.kind == GROUP_CHAT)
        snprintf(to, 80, "%.*s", (int)group.name.size, (const char *)group.name.data);
    else
        return;
    saying->to = to;
}

static void invite_somebody(struct life *life, const struct host *host, struct command *command)
{
    struct node_person person;
    struct node_info info;
    node_info(host->node, &info);
    size_t any = world_below(&life->world, life->people_count);
    if (info.workspace && node_person_at(host->node, info.workspace, any, &person))
        command->group.persons[command->group.person_count++] = person.person;
}

/* A new group, or somebody more in one of those there are. */
void life_gather(struct life *life)
{
    struct world *world = &life->world;
    const struct host *host = life_anybody(life)->host;
    struct command command = {.type = COMMAND_GROUP_CREATE};
    struct node_group group;
    char name[32];
    if (!life_has_workspace(host))
        return;
    snprintf(name, sizeof name, "Group %llu", (unsigned long long)++life->gathered);
    command.name = BYTES_TEXT(name);
    if (life_one_in(life, 2) && node_group_at(host->node, world_below(world, 6), &group)) {
        command.type = COMMAND_GROUP_ADD;
        command.group.number = group.number;
    }
    invite_somebody(life, host, &command);
    invite_somebody(life, host, &command);
    world_ask(world, host->name, &command);
}

void life_answer(struct life *life)
{
    const struct host *host = life_anybody(life)->host;
    struct command command = {.type = life_one_in(life, 4) ? COMMAND_GROUP_DECLINE : COMMAND_GROUP_ACCEPT};
    struct node_invitation invitation;
    if (!life_has_workspace(host) || !node_invitation_at(host->node, 0, &invitation))
        return;
    command.group.id = invitation.group;
    world_ask(&life->world, host->name, &command);
}

void life_chat(struct life *life)
{
    struct world *world = &life->world;
    struct host *host = life_anybody(life)->host;
    struct node_group group;
    char text[16001], to[80];
    if (!host->node || !node_group_at(host->node, 0, &group))
        return;
    size_t size = life_one_in(life, life->busy ? 30 : 100) ? 1 + world_below(world, sizeof text - 1) : 30;
    memset(text, '.', size);
    text[size] = 0;
    int head = snprintf(text, sizeof text, "%s %llu", host->name, (unsigned long long)++life->said);
    if ((size_t)head < size)
        text[head] = ' ';
    struct saying saying = {
        .text = text, .urgent = life_one_in(life, 50), .topic = life_one_in(life, 5) ? "Lunch" : NULL};
    choose_chat(life, host, to, &saying);
    if (life_one_in(life, 4))
        saying.reply_to = something_said(life);
    for (uint64_t i = life_one_in(life, life->busy ? 20 : 100) ? 50 : 1; i > 0; i--)
        world_post_more(world, host->name, &saying);
}

void life_let_in(struct life *life)
{
    struct resident *guest = life_anybody(life);
    struct host *founder = life->people[0].host;
    if (!guest->host->node || !founder->node || life_has_workspace(guest->host))
        return;
    if (!guest->invited)
        guest->invited = world_invite(&life->world, founder->name, &guest->code) == OK;
    struct command command = {.type = COMMAND_JOIN, .code = guest->code};
    world_ask(&life->world, guest->host->name, &command);
}
