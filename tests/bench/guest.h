/* SPDX-License-Identifier: MIT
 * A computer that joins the workspace of another one, and what can be seen of its way. */
#pragma once
#include "computer.h"
#include <stdbool.h>

struct host {
    struct computer computer;
    struct client client;
    unsigned guests; /* so far */
};
void host_start(struct host *host, const struct path *home);
void host_stop(struct host *host); /* its home stays */

struct guest {
    struct computer computer;
    struct client client;
    double idle_mib, peak_mib; /* RssAnon before it joins, and the most that was seen since */
};
/* With an identity, in a new home. */
void guest_start(struct guest *guest, struct host *host);
void guest_stop(struct guest *guest); /* and removes its home */
/* Asks to join; returns at what time (now_ns()) the first link stood. */
uint64_t guest_join(struct guest *guest, struct host *host);

void guest_note_memory(struct guest *guest); /* raises peak_mib */
/* All `total` entries are durable there. */
bool guest_is_complete(struct guest *guest, uint64_t total);
bool guest_is_ordered(struct guest *guest); /* and stand in order */
double guest_file_size(const struct guest *guest);
