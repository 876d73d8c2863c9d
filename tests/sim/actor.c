/* SPDX-License-Identifier: MIT */
#include "actor.h"

#include "accidents.h"
#include "check.h"
#include "core/base/alloc.h"
#include <stdlib.h>

#define STAY_MOST_MS 20000
#define STAY_LONG_US 100000000 /* longer than it takes to agree */
#define PING_US 2000000
#define CAPTIVITY_MS 8000 /* and as much again: by then all other links are given up */

static struct host *somebody_inside(struct life *life)
{
    for (int i = 0; i < 10; i++) {
        struct host *host = life_anybody(life)->host;
        if (life_has_workspace(host))
            return host;
    }
    return NULL;
}

static void join(struct life *life, struct actor *actor)
{
    struct host *founder = life->people[0].host;
    if (!life_has_workspace(founder))
        return;
    if (!actor->invited)
        actor->invited = world_invite(&life->world, founder->name, &actor->code) == OK;
    if (!actor->invited || !life_has_workspace(founder) ||
        stranger_join(&actor->stranger, founder->name, &actor->code) != OK || !life_has_workspace(founder))
        return;
    actor->group = stranger_steal_group(founder);
    actor->key = stranger_steal_key(founder);
    actor->is_member = true;
}

/* For a while the victim hears nobody else; meanwhile the others talk, and she has it all. */
static void capture(struct life *life, struct actor *actor)
{
    struct world *world = &life->world;
    uint64_t ms = CAPTIVITY_MS + world_below(world, CAPTIVITY_MS);
    actor->claims = true;
    for (size_t i = 0; i < world->host_count; i++) {
        struct host *other = world->hosts[i];
        if (other == actor->stranger.host || other == actor->victim)
            continue;
        accident_clog(life, other, actor->victim, ms);
        accident_clog(life, actor->victim, other, ms);
    }
}

static void visit(struct life *life, struct actor *actor)
{
    struct world *world = &life->world;
    struct host *victim = somebody_inside(life);
    if (!actor->is_member) {
        join(life, actor);
        return;
    }
    if (actor->victim) {
        actor_write(life, actor);
        return;
    }
    if (!victim || stranger_greet(&actor->stranger, victim->name, &actor->key) != OK)
        return;
    stranger_hello(&actor->stranger);
    actor->victim = victim;
    actor->source = somebody_inside(life);
    actor->claims = false;
    actor->temper = (enum temper)world_below(world, TEMPER_COUNT);
    actor->leaves_us = world->now_us + world_below(world, STAY_MOST_MS) * 1000;
    if (life_one_in(life, 4))
        actor->leaves_us += STAY_LONG_US;
    life->visits++;
    actor->said_us = world->now_us;
    if (life_one_in(life, 2))
        actor_write(life, actor);
    else
        capture(life, actor);
}

static void answer(struct life *life, struct actor *actor)
{
    struct world *world = &life->world;
    struct wire_message message, ping = {.type = WIRE_PING};
    if (!actor->victim)
        return;
    while (stranger_hears(&actor->stranger, WIRE_WANT, &message))
        actor_serve(life, actor, &message);
    if (world->now_us - actor->said_us > PING_US) {
        stranger_say(&actor->stranger, &ping);
        if (actor->claims)
            actor_claim(life, actor);
        actor->said_us = world->now_us;
    }
    if (world->now_us > actor->leaves_us || stranger_was_left(&actor->stranger)) {
        cable_close(actor->stranger.cable, 0);
        actor->victim = NULL;
    }
}

void actors_begin(struct life *life)
{
    static const char *const names[LIFE_ACTORS_MAX] = {"mallory", "malvin"};
    size_t count = 1 + world_below(&life->world, LIFE_ACTORS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct actor *actor = alloc_zero(1, sizeof *actor);
        stranger_init(&actor->stranger, &life->world, names[i]);
        check_let_fork(&life->world, &actor->stranger.device);
        life->actors[life->actor_count++] = actor;
    }
    life->world.strangers = count;
}

void actors_end(struct life *life)
{
    for (size_t i = 0; i < life->actor_count; i++) {
        stranger_done(&life->actors[i]->stranger);
        free(life->actors[i]);
    }
}

void actors_visit(struct life *life)
{
    visit(life, life->actors[world_below(&life->world, life->actor_count)]);
}

void actors_shout(struct life *life, bool at_end)
{
    for (size_t i = 0; i < life->actor_count; i++) {
        struct actor *actor = life->actors[i];
        bool badly_signed = at_end && life_one_in(life, 2);
        if (actor->victim && !stranger_was_left(&actor->stranger) && actor_shout(actor, badly_signed))
            life->unsigned_shouts += badly_signed;
    }
}

void actors_answer(struct life *life)
{
    for (size_t i = 0; i < life->actor_count; i++)
        answer(life, life->actors[i]);
}
