/* SPDX-License-Identifier: MIT
 * Mallory in a life: a member who runs no node.  Now and then she visits somebody, writes what she likes, or claims to
 * have what others have and serves it badly.  Her own logs may fork; whatever she does, the others agree in the end,
 * and nobody takes an entry from her that its author has not written. */
#pragma once
#include "forge.h"
#include "life.h"

/* How she answers whoever asks her for entries. */
enum temper {
    TEMPER_HONEST,
    TEMPER_STALLING,   /* lives, and sends nothing */
    TEMPER_TRUNCATING, /* sends a part, and says that this was all, or nothing */
    TEMPER_CORRUPTING, /* sends them with a bit turned */
    TEMPER_STRIPPING,  /* sends them without what they say */
    TEMPER_DENYING,    /* has nothing, on a second thought */
    TEMPER_COUNT
};

struct actor {
    struct stranger stranger;
    struct code code;
    bool invited, is_member;
    struct hash group;
    struct secret_key key;
    struct host *victim; /* of the visit at hand; NULL: none */
    struct host *source; /* whose disk she looks into for others' entries */
    enum temper temper;
    bool claims; /* again and again, to have what the source has */
    uint64_t leaves_us, said_us;

    struct forged_log log;   /* number 0: none yet */
    struct forged_log other; /* where it can be written on in another way; seq 0 and number 0: nowhere */
    unsigned forks, logs;
};

/* They are in this life from now on.  When nobody else will start a new host but clones. */
void actors_begin(struct life *life);
void actors_end(struct life *life);
/* One of them visits somebody, and does something of her own accord.  May run the world for some seconds. */
void actors_visit(struct life *life);
/* Those who visit somebody talk with a crowd; at the end of it what they say may not be signed. */
void actors_shout(struct life *life, bool at_end);
/* Answer what came, each as her temper is.  Never runs the world. */
void actors_answer(struct life *life);

/* ---------------------------------------------------------------- for actor.c */

/* actor_writes.c: one of her own deeds, to the victim. */
void actor_write(struct life *life, struct actor *actor);
/* A live entry, as one of many; false: she has nothing to say it in. */
bool actor_shout(struct actor *actor, bool badly_signed);
/* actor_relays.c: claims to have what the source has, or more; and what she sends to whoever asks for it. */
void actor_claim(struct life *life, struct actor *actor);
void actor_serve(struct life *life, struct actor *actor, const struct wire_message *want);
