/* SPDX-License-Identifier: MIT
 * What an actor writes in her own name. */
#include "actor.h"
#include "check.h"

#define FORKS_MAX 3 /* of one log; with more than eight branches some are hidden */
#define LOGS_MAX 20
#define BATCH_MAX 12
#define HEAVY 60000u
#define HEAVY_BATCH_MAX 4 /* of those: what one signature can vouch for */
#define GIANT_MAX 61000u
#define HLC_2099 hlc_make(UINT64_C(4070908800000), 0)
#define LIVE (ENTRIES_FLAG_LAST | ENTRIES_FLAG_LIVE)

static struct forgery usual(const struct actor *actor, const char *text)
{
    return (struct forgery){
        .type = ENTRY_MESSAGE, .payload = BYTES_TEXT(text), .hlc = hlc_make(host_now_ms(actor->victim), 0)};
}

static void open_log(struct actor *actor)
{
    forge_log(&actor->stranger, &actor->group, KIND_CONTENT, &actor->log);
    actor->other.number = 0;
    actor->forks = 0;
    actor->logs++;
}

/* What the others may come to hold. */
static void note(const struct actor *actor, struct bytes wire)
{
    check_written(actor->stranger.host, &actor->stranger.device, wire);
}

/* Writes an entry and sends it alone. */
static void write_one(struct actor *actor, struct forged_log *log, const struct forgery *forgery, bool live)
{
    struct buffer wire = {0}, items = {0};
    forge_entry(&actor->stranger, log, forgery, &wire);
    note(actor, buffer_bytes(&wire));
    forge_item(buffer_bytes(&wire), &items);
    forge_send(&actor->stranger, log, buffer_bytes(&items), live ? LIVE : ENTRIES_FLAG_LAST);
    buffer_done(&wire);
    buffer_done(&items);
}

/* Says one thing now, and may say another under the same number to the next one she visits. */
static void equivocate(struct life *life, struct actor *actor)
{
    struct forgery one = usual(actor, "one thing"), another = usual(actor, "another thing");
    if (actor->other.number) {
        actor->log = actor->other;
        actor->other.number = 0;
        write_one(actor, &actor->log, &another, life_one_in(life, 2));
        return;
    }
    if (actor->forks == FORKS_MAX)
        return;
    actor->forks++;
    actor->other = actor->log;
    write_one(actor, &actor->log, &one, life_one_in(life, 2));
}

/* A batch with bad signatures in it.  With a good one at the end all must be taken, since it vouches for them; else
 * what comes before the first bad one. */
static void sign_badly(struct life *life, struct actor *actor, bool good_end)
{
    struct buffer items = {0}, wire = {0}, payload = {0};
    struct forged_log kept = actor->log;
    bool heavy = life_one_in(life, 3);
    size_t count = 2 + world_below(&life->world, heavy ? HEAVY_BATCH_MAX - 1 : BATCH_MAX - 1), taken = count;
    uint64_t last = UINT64_C(1) << (count - 1), bad = world_below(&life->world, last) | (good_end ? 0 : last);
    memset(buffer_extend(&payload, HEAVY), 'x', HEAVY);
    if (!good_end)
        taken = (size_t)__builtin_ctzll(bad);
    for (size_t i = 0; i < count; i++) {
        struct forgery forgery = usual(actor, "in a batch");
        forgery.badly_signed = bad >> i & 1;
        if (heavy)
            forgery.payload = buffer_bytes(&payload);
        wire.size = 0;
        forge_entry(&actor->stranger, &actor->log, &forgery, &wire);
        forge_item(buffer_bytes(&wire), &items);
        if (i < taken)
            note(actor, buffer_bytes(&wire));
        if (i + 1 == taken)
            kept = actor->log;
    }
    forge_send(&actor->stranger, &actor->log, buffer_bytes(&items), ENTRIES_FLAG_LAST);
    actor->log = kept;
    buffer_done(&payload);
    buffer_done(&items);
    buffer_done(&wire);
}

static void write_much(struct life *life, struct actor *actor)
{
    struct buffer payload = {0};
    size_t size = GIANT_MAX - world_below(&life->world, 300);
    memset(buffer_extend(&payload, size), 'x', size);
    struct forgery forgery = usual(actor, "");
    forgery.payload = buffer_bytes(&payload);
    write_one(actor, &actor->log, &forgery, life_one_in(life, 2));
    buffer_done(&payload);
}

static void misdate(struct life *life, struct actor *actor)
{
    struct forgery forgery = usual(actor, "at another time");
    forgery.hlc = life_one_in(life, 2) ? 0 : HLC_2099;
    write_one(actor, &actor->log, &forgery, life_one_in(life, 2));
}

/* To everybody, as far as she says: what is to be passed on cannot wait for its proof. */
bool actor_shout(struct actor *actor, bool badly_signed)
{
    struct buffer wire = {0}, items = {0};
    struct forgery forgery = usual(actor, "as all do");
    struct forged_log kept = actor->log;
    if (!actor->log.number)
        return false;
    forgery.badly_signed = badly_signed;
    forge_entry(&actor->stranger, &actor->log, &forgery, &wire);
    forge_item(buffer_bytes(&wire), &items);
    forge_send(&actor->stranger, &actor->log, buffer_bytes(&items), LIVE | ENTRIES_FLAG_TO_ALL);
    if (badly_signed)
        actor->log = kept;
    else
        note(actor, buffer_bytes(&wire));
    buffer_done(&wire);
    buffer_done(&items);
    return true;
}

void actor_write(struct life *life, struct actor *actor)
{
    struct forgery forgery = usual(actor, "as others do");
    if (!actor->log.number || (actor->logs < LOGS_MAX && life_one_in(life, 5)))
        open_log(actor); /* nobody may have got what the old one began with */
    switch (world_below(&life->world, 8)) {
    case 0:
        write_much(life, actor);
        return;
    case 1:
        misdate(life, actor);
        return;
    case 2:
        sign_badly(life, actor, true);
        return;
    case 3:
        sign_badly(life, actor, false);
        return;
    case 4:
        write_one(actor, &actor->log, &forgery, life_one_in(life, 2));
        return;
    default:
        equivocate(life, actor);
        return;
    }
}
