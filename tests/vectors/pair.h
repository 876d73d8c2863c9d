/* SPDX-License-Identifier: MIT
 * Two real nodes on a table: their effects are carried out at once, what they send is kept, and the secrets are read
 * out of their memory.  Time and randomness are always the same. */
#pragma once
#include <jansson.h>

#include "core/node.h"
#include "core/storage.h"

struct stored {
    uint32_t log;
    uint64_t seq;
    uint32_t flags;
    struct buffer wire;
};

/* Entries by log and seq, local rows not at all: enough for a node that is never started again. */
struct shelf {
    struct stored *items;
    size_t count, capacity;
    struct storage storage;
};

struct side {
    const char *name;
    struct node *node;
    struct shelf shelf;
    struct effects effects;
    uint64_t events;
    uint64_t dial; /* asked for and not yet carried out; 0: none */
    bool closed;   /* it has closed the connection */
    struct buffer to_other;
    struct code code; /* of the last invite */
    enum error reply; /* of the last command answered */
    bool replied;
    struct dh_secret ephemeral; /* of the handshake last seen */
};

struct pair {
    struct side one, two;
    uint64_t mono_ms;
    uint64_t last_link;
    bool connected;
    struct side *dialler;
    json_t *frames; /* of the connection that stands: [{from, bytes}, …]; borrowed */
    json_t *connections;
};

void pair_init(struct pair *pair, const char *one, const char *two);
void pair_done(struct pair *pair);

void pair_start(struct pair *pair, struct side *side);
void pair_command(struct pair *pair, struct side *side, const struct command *command);
/* Lets time pass in steps of 100 ms, carrying bytes and connections. */
void pair_run(struct pair *pair, uint64_t ms);
/* One event of time on one side, and what follows. */
void pair_tick(struct pair *pair, struct side *side, uint64_t ms);
/* A connection from one to the other, as if dialled; the handshake runs when pair_carry() is called. */
void pair_connect(struct pair *pair, struct side *dialler, uint64_t dial);
void pair_carry(struct pair *pair);
