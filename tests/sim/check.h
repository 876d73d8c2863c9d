/* SPDX-License-Identifier: MIT
 * What must hold after each step, whatever happened. */
#pragma once
#include "host.h"

/* What an entry is called: made once, however many hosts have it. */
struct entry_name {
    bool is_entry;    /* false: these bytes are none */
    bool begins;      /* a log */
    struct hash name; /* of its place: log, number and what it follows there */
    struct hash id;
};
/* Borrowed from the world. */
const struct entry_name *check_name(struct world *world, struct bytes wire);

/* No entry is taken from others before its author has it durably, and nobody writes two under one number. */
void check_submitted(struct host *host, const struct batch *batch);
void check_committed(struct host *host, const struct batch *batch);
/* By one without a disk. */
void check_written(struct host *host, const struct sign_public *device, struct bytes wire);
/* From now on the logs of this device may fork: it runs twice, came back as it was, or lies. */
void check_let_fork(struct world *world, const struct sign_public *device);
/* world->tapped: what is on the disk now is what it may speak of. */
void check_started(struct host *host);
bool check_is_durable(const struct host *host, const uint8_t id_start[8]);
/* Nothing grows without bound. */
void check_step(struct host *host);
/* Nothing is going on: its node holds little, whatever it was through. */
void check_at_rest(struct host *host);
/* All that was acknowledged to this host's user is there. */
void check_acknowledged(struct host *host);
/* A disk was rolled back: what nobody holds any more cannot come back. */
void check_excuse(struct world *world);
/* Nobody is said to have a message who has it not durably. */
struct asked;
void check_receipt(struct world *world, const struct asked *asked);
/* All agree: who belongs to a group holds the key that is sealed with; who was removed holds none that was made by
 * somebody who knew it; who never was in it holds no key and no content of it, and knows of it only if he is invited.
 */
void check_secrets(struct world *world);
