/* SPDX-License-Identifier: MIT
 * For a moment many people talk at once, so thickly that what they say is shown before it is proven
 * (core/log/unproven.h); and sometimes somebody among them does not sign what he says. */
#include "accidents.h"

#include "actor.h"
#include "core/state.h"
#include <stdio.h>

#define PEOPLE 5 /* four links, to each of them, and a few more entries than must come in a moment */
#define ROUND_MS 10
#define ROUNDS 22

/* False: there are not so many. */
static bool find_people(struct life *life, const struct host *ret[PEOPLE])
{
    size_t count = 0, first = world_below(&life->world, life->people_count);
    for (size_t i = 0; i < life->people_count && count < PEOPLE; i++) {
        const struct host *host = life->people[(first + i) % life->people_count].host;
        if (life_has_workspace(host))
            ret[count++] = host;
    }
    return count == PEOPLE;
}

/* What one of them has just shown and not proven yet; seq 0: nothing. */
static struct message_ref something_unproven(const struct node *node)
{
    for (size_t i = 0; i < node->link_count; i++) {
        const struct intake *intake = &node->links[i]->intake;
        if (intake->told)
            return (struct message_ref){intake->items[0].log->id, intake->items[0].seq};
    }
    return (struct message_ref){{{0}}, 0};
}

static void talk(struct life *life, const struct host *host)
{
    char text[64];
    struct saying saying = {.text = text};
    if (!life_has_workspace(host))
        return;
    snprintf(text, sizeof text, "%s %llu, as all do", host->name, (unsigned long long)++life->said);
    if (life_one_in(life, 10))
        saying.reply_to = something_unproven(host->node);
    world_post_more(&life->world, host->name, &saying);
}

static void note_unproven(struct life *life)
{
    for (size_t i = 0; i < life->people_count; i++)
        life->unproven += life->people[i].host->node && something_unproven(life->people[i].host->node).seq;
}

void accident_crowds(struct life *life)
{
    struct world *world = &life->world;
    const struct host *people[PEOPLE];
    if (!find_people(life, people))
        return;
    if (life->actor_count)
        actors_visit(life);
    for (int round = 0; round < ROUNDS && !world->failure[0]; round++) {
        for (size_t i = 0; i < PEOPLE; i++)
            talk(life, people[i]);
        actors_shout(life, round + 1 == ROUNDS);
        world_run(world, ROUND_MS);
        note_unproven(life);
    }
}
