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

/* To another one alone, or to everybody. */
static void choose_chat(struct life *life, const struct host *host, char to[40], struct saying *saying)
{
    const struct resident *other = life_anybody(life);
    if (!life_one_in(life, 5) || other->host == host)
        return;
    snprintf(to, 40, "@%s", other->host->name);
    saying->to = to;
}

void life_chat(struct life *life)
{
    struct world *world = &life->world;
    struct host *host = life_anybody(life)->host;
    struct node_group group;
    char text[16001], to[40];
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
