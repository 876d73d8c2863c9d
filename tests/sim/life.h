/* SPDX-License-Identifier: MIT
 * A random life of a small office: people join and chat, and what can happen to a network, a computer or its clock
 * happens to them.  Afterwards all troubles end, and everybody must have the same within 60 virtual seconds.  The same
 * seed and plan give the same life, byte for byte. */
#pragma once
#include "world.h"

/* Kinds of trouble.  Each life draws which of them it meets, so that a defect shows without the noise of the others. */
enum trouble {
    TROUBLE_LINES,      /* bytes late, in pieces, stalled; lines reset, or gone at one end only */
    TROUBLE_PARTITIONS, /* halves, rings, loners, one way only; single directions clogged for a while */
    TROUBLE_DISCOVERY,  /* mDNS that flaps and lies; computers that get another address */
    TROUBLE_POWER,      /* crashes, with and without a power cut, and orderly ends */
    TROUBLE_DISKS,      /* slow, failing at any write, full */
    TROUBLE_COPIES,     /* restored backups, noticed or not; a running computer cloned */
    TROUBLE_CLOCKS,     /* wrong, drifting, jumping */
    TROUBLE_ACTORS,     /* members who lie, stall and write what they like (actor.h) */
    TROUBLE_LOCKS,      /* homes that are locked, in the middle of everything, and unlocked */
    TROUBLE_REMOVALS,   /* people are removed by admins, and go on writing */
    TROUBLE_OFFICES,    /* admins are made and unmade, also where others do so at the same time; people leave groups */
    TROUBLE_CROWDS,     /* five people talk at once, and an actor among them may not sign what she says */
    TROUBLE_COUNT
};
extern const char *const trouble_names[TROUBLE_COUNT];
#define TROUBLE_BIT(trouble) (1u << (trouble))
#define TROUBLES_ALL (TROUBLE_BIT(TROUBLE_COUNT) - 1)

struct life_plan {
    uint64_t nodes; /* 0: 3 to 8, by the seed */
    uint64_t minutes;
    unsigned troubles; /* TROUBLE_BITs it may draw from; with `all_of_them` it has all of these */
    bool all_of_them;
    const struct medium_kind *medium; /* NULL: the world's default */
};

/* How often what happened (tally.h). */
struct tally {
    uint64_t lives_with[TROUBLE_COUNT], happened[TROUBLE_COUNT];
    uint64_t asked[COMMAND_STOP + 1], carried_out[COMMAND_STOP + 1]; /* of each type of command */
    uint64_t unproven, unsigned_shouts; /* seen to be shown before it was proven; said and never to be proven */
};

/* What came of it, added up. */
struct life_figures {
    struct tally tally;
    uint64_t virtual_ms, said, members, removed, starts, rolled_back, cloned, visits;
    uint64_t entries_taken;
    uint64_t payload_sent, payload_gained, payload_lost; /* host.h */
    uint64_t fingerprint;
};

/* Of the bytes of entries and payloads, as they stand in ENTRIES, TAIL and PAYLOADS, no more may be put on the wire
 * than this per cent of those that became durable where they were not, or came there and were not kept: refused by a
 * full disk, or not yet acknowledged when a commit or the power failed.  Plus a little for each computer; where lines
 * break, that is a batch, for what is lost on them.  What comes to one who has got it from another meanwhile has to
 * find room in the fifty.  What actors send is not counted. */
#define LIFE_THRIFT 150
#define LIFE_THRIFT_SLACK (32u << 10)
#define LIFE_THRIFT_SLACK_LINES (256u << 10)

/* Lives one.  False: something did not hold, and ret_failure says what. */
bool life_run(const struct life_plan *plan, uint64_t seed, struct life_figures *figures, char ret_failure[200]);

/* ---------------------------------------------------------------- for the files that make it up */

#define LIFE_PEOPLE_MAX 64
#define LIFE_CLOGS_MAX 256
#define LIFE_ACTORS_MAX 2

struct resident {
    struct host *host;
    struct code code;
    bool invited;
    struct medium *backup;
    uint64_t free_disk; /* on a good day */
};

/* One direction between two computers is closed until then. */
struct clog {
    size_t from, to;
    uint64_t until_us;
};

struct actor;

struct life {
    struct world world; /* first, for world->meanwhile() */
    const struct life_plan *plan;
    unsigned troubles;
    uint64_t happened[TROUBLE_COUNT]; /* so often */
    bool busy;                        /* much is said, some of it long */
    struct resident people[LIFE_PEOPLE_MAX];
    size_t people_count;
    struct clog clogs[LIFE_CLOGS_MAX];
    size_t clog_count;
    struct host *flapping; /* its announcement comes and goes until then */
    uint64_t flaps_until_us;
    bool flap_is_gone;
    struct actor *actors[LIFE_ACTORS_MAX];
    size_t actor_count;
    uint64_t gathered, removed, said, rolled_back, cloned, visits, unproven, unsigned_shouts;
};

bool life_one_in(struct life *life, uint64_t bound);
struct resident *life_anybody(struct life *life);
bool life_has_workspace(const struct host *host); /* false also for one that does not run */

/* What people do: life_people.c. */
void life_chat(struct life *life);
void life_let_in(struct life *life);
void life_gather(struct life *life); /* makes a group, or invites into one */
void life_answer(struct life *life); /* to an invitation, if there is one */
