/* SPDX-License-Identifier: MIT
 * A host's disk: batches wait, are written in groups, and their results wait until the loop collects them, as in
 * store/.  What is submitted after a failure that the loop does not know of fails, too. */
#pragma once
#include "host.h"

void disk_submit(struct host *host, const struct batch *batch);
void disk_committed(struct host *host); /* what the agenda brings: the group is written, or has failed */
/* The computer stops: what is being written is there afterwards or is not, and nobody is told. */
void disk_power_off(struct host *host);
