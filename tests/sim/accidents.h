/* SPDX-License-Identifier: MIT
 * What happens to the people of a life (life.h). */
#pragma once
#include "life.h"

/* What goes on between two accidents, and perhaps one of each kind of trouble that this life has. */
void accidents_happen(struct life *life);
/* All troubles are over: lines, disks and announcements as on a good day, and everybody runs.  Clocks stay wrong. */
void accidents_end(struct life *life);

/* ---------------------------------------------------------------- for accidents.c: one random thing of each kind */

void accident_lines(struct life *life);
void accident_partitions(struct life *life);
void accident_discovery(struct life *life);
void accident_power(struct life *life);
void accident_disks(struct life *life);
void accident_copies(struct life *life);
void accident_clocks(struct life *life);
void accident_locks(struct life *life);
void accident_removals(struct life *life);
void accident_offices(struct life *life);
void accident_crowds(struct life *life); /* runs the world for a moment */

/* Closes one direction for a while. */
void accident_clog(struct life *life, const struct host *from, const struct host *to, uint64_t ms);
void accident_open_clogs(struct life *life); /* those whose time has come */
void accident_flap(struct life *life);       /* the announcement that comes and goes */
