/* SPDX-License-Identifier: MIT
 * An office in virtual time whose third member, Mallory, is the fuzzer.  Alice is the victim, Bob a good colleague;
 * both are real nodes with a disk in memory, started afresh for each input from the disks of one long-ago afternoon. */
#pragma once
#include "core/state.h"
#include "sim/world.h"

struct scene {
    struct world world;
    struct host *alice, *bob; /* bob: NULL where he is not needed */
    size_t allocated;         /* bytes, when all stood ready */
};

/* A log that Mallory writes; she may go on from any entry. */
struct written_log {
    struct log_name name;
    struct hash id, head_id;
    uint64_t head_seq;
};

/* Mallory's secrets, and what she knows of the scene. */
struct mallory {
    struct sign_public device;
    struct sign_secret secret;
    struct person_id person;
    uint64_t instance;
    struct dh_public box;
    struct hash group;
    struct sign_public root;
    struct secret_key workspace_key, invite_psk;
    struct epoch_key epoch;
    struct written_log own; /* her chat log */
};
const struct mallory *scene_mallory(void);

void scene_open(struct scene *scene, bool with_bob); /* returns once those within it are connected */
/* Aborts where something in there did not hold. */
void scene_close(struct scene *scene);
/* What Alice and Bob write reaches the other's disk in time; aborts else. */
void scene_must_work(struct scene *scene);
/* Nothing that Mallory did may hold more memory than this. */
void scene_must_be_small(const struct scene *scene, size_t most);
/* Mallory has made an entry: Alice may pass it on. */
void scene_knows(struct scene *scene, struct bytes wire);

/* ---------------------------------------------------------------- a connection to Alice */

enum caller_key { CALLER_WORKSPACE, CALLER_INVITE };

struct caller {
    struct host *to;
    uint64_t link;
    struct noise_handshake noise;
    struct noise_cipher send, receive;
    struct buffer heard; /* what Alice answered to the last bytes */
};

void caller_dial(struct caller *caller, struct host *to); /* accepted at once */
void caller_done(struct caller *caller);                  /* the connection ends */
bool caller_stands(const struct caller *caller);          /* Alice has not closed it */
void caller_send(struct caller *caller, struct bytes bytes);
void caller_send_framed(struct caller *caller, struct bytes message); /* its length before it */
void caller_send_sealed(struct caller *caller, struct bytes plain);   /* after the handshake: a frame */

/* The first handshake message, up to Alice's answer; false: she hung up. */
bool caller_begin(struct caller *caller, enum caller_key key);
/* The payload of the third, as Mallory's node would write it. */
void caller_proof(const struct caller *caller, struct buffer *out);
/* The third, with that payload; from then on frames are sealed. */
void caller_finish(struct caller *caller, struct bytes payload);
