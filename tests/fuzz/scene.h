/* SPDX-License-Identifier: MIT
 * An office in virtual time whose third member, Mallory, is the fuzzer.  Alice is the victim, Bob a good colleague;
 * both are real nodes with a disk in memory, started afresh for each input from the disks of one long-ago afternoon. */
#pragma once
#include "core/state.h"
#include "sim/world.h"

struct caller;

/* What Mallory is: a member like Bob, or the founder, who is the admin and has the root key.  Of the third one Alice is
 * the carrier, and of its groups as well. */
enum scene_office { OFFICE_OF_ALICE, OFFICE_OF_MALLORY, OFFICE_OF_CARRIER, OFFICES };

struct scene {
    struct world world;
    struct host *alice, *bob; /* bob: NULL where he is not needed */
    size_t allocated;         /* bytes, when all stood ready */
    struct caller *callers;   /* connections of Mallory's that Alice may write to (caller.h) */
};

/* A log that Mallory may write. */
struct written_log {
    struct log_name name;
    struct hash id, head_id;
    uint64_t head_seq;
};

/* A group of some of the people that Mallory is in. */
struct known_group {
    struct hash id;
    struct sign_public root;
    struct buffer genesis; /* kept for ever */
    struct epoch_key epoch;
    struct written_log own[2], root_log; /* her own by kind */
};

/* A device that Mallory may bring into the office. */
struct guest {
    struct sign_public device;
    struct sign_secret secret;
};
#define SCENE_GUESTS 2

/* Mallory's secrets, and what she knows of the office. */
struct mallory {
    enum scene_office office;
    struct guest guests[SCENE_GUESTS];
    struct sign_public device;
    struct sign_secret secret, root_secret, den_secret; /* the roots': of her own office, and of her den */
    struct person_id person, alice, bob;
    uint64_t instance;
    struct dh_public box, alice_box, bob_box;
    struct hash group, direct, not_hers; /* the workspace; her chat with Alice; Alice's with Bob */
    struct known_group board, den;       /* Alice's (of the carrier: Bob's), with all three; her own, into which Alice
                                            is invited: an admin of the workspace need not wait for an answer */
    struct sign_public root;
    struct secret_key workspace_key, invite_psk;
    struct epoch_key epoch;
    struct written_log own[2], root_log; /* her own by kind; the root's, whoever that is */
};
const struct mallory *scene_mallory(void); /* of the scene that was opened last */

void scene_open(struct scene *scene, enum scene_office office,
                bool with_bob); /* returns once those within are connected */
/* Aborts where something in there did not hold. */
void scene_close(struct scene *scene);
/* Aborts and says `what` where it does not hold, or the world has failed. */
void scene_require(const struct scene *scene, bool holds, const char *what);
/* Both know both as those who they were: Mallory, an admin, has not removed one of them. */
bool scene_is_whole(const struct scene *scene);
/* What Alice and Bob write reaches the other's disk in time; aborts else. */
void scene_must_work(struct scene *scene);
/* Alice and Bob come to hold the same entries. */
void scene_must_agree(struct scene *scene);
/* What Alice had when the scene was opened is there, as it was, and nobody wrote a second history for her or Bob. */
void scene_must_be_intact(struct scene *scene);
/* Nothing that Mallory did may hold more memory than this. */
void scene_must_be_small(const struct scene *scene, size_t most);
/* Mallory has made an entry: Alice may pass it on. */
void scene_knows(struct scene *scene, struct bytes wire);
/* Alice's process ends, and another one begins with her disk. */
void scene_restart_alice(struct scene *scene, bool power_cut);
