/* SPDX-License-Identifier: MIT
 * A connection of Mallory's to Alice.  What Alice says on it is read: it has to be what a node may say, no entry may
 * be told before it is durable, and a link that is closed for a reason has to name it.  What she asks for is kept, so
 * that a script can answer. */
#pragma once
#include "scene.h"

enum caller_key { CALLER_WORKSPACE, CALLER_INVITE };

#define ASKED_MAX 64

struct range {
    struct hash log;
    uint64_t from, to;
};

/* What Alice asked for last. */
struct asked_of {
    struct range wants[ASKED_MAX];
    size_t want_count;
    struct hash probed, payloads_of; /* logs */
    uint64_t seqs[ASKED_MAX], payload_seqs[ASKED_MAX];
    size_t seq_count, payload_count;
    bool tail;
    struct person_id invited;
};

struct caller {
    struct scene *scene;
    struct caller *next;
    uint64_t link;
    struct noise_handshake noise;
    struct noise_cipher send, receive;
    struct buffer heard; /* before the handshake is done: what Alice answered to the last bytes */
    bool awaits_third;   /* Alice dialled: the next that she says ends the handshake */
    bool is_sealed;      /* after it, */
    bool is_proven;      /* and Alice has taken it for ended as well */
    enum error farewell; /* in Alice's BYE; OK: she said none */
    struct asked_of asked;
};

/* Of a host: whatever Alice sends on these connections. */
void callers_overhear(void *arg, const struct effects *effects, const struct effect *effect);

void caller_dial(struct caller *caller, struct scene *scene); /* accepted at once */
void caller_done(struct caller *caller);                      /* the connection ends; a zeroed one never began */
bool caller_stands(const struct caller *caller);              /* Alice has not closed it */
void caller_send(struct caller *caller, struct bytes bytes);
void caller_send_framed(struct caller *caller, struct bytes message); /* its length before it */
void caller_send_sealed(struct caller *caller, struct bytes plain);   /* after the handshake: a frame */

/* The first handshake message, up to Alice's answer; false: she hung up. */
bool caller_begin(struct caller *caller, enum caller_key key);
/* The payload of the next one, as a node of that device would write it. */
void caller_proof(const struct caller *caller, const struct sign_public *device, const struct sign_secret *secret,
                  struct buffer *out);
/* The third, with that payload; from then on frames are sealed. */
void caller_finish(struct caller *caller, struct bytes payload);

/* Alice has dialled Mallory, and says the first message; false: another than one under that key. */
bool caller_dialled(struct caller *caller, struct scene *scene, uint64_t dial, const struct secret_key *key);
/* The second, with that payload; from then on frames are sealed if Alice has answered. */
void caller_respond(struct caller *caller, struct bytes payload);
