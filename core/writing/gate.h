/* SPDX-License-Identifier: MIT
 * The gate between a start and the first own entry.  A database that was put back together with its lineage file looks
 * like any other; only a peer's clock tells that this node has written more.  So for up to three seconds after a start
 * what people say in a group waits for the first peer's clock of that group, where there are others. */
#pragma once
#include "core/state.h"

void gate_start(struct node *node); /* after loading */
/* An own entry is written, or a peer's clock has been seen: in this group nothing waits any more. */
void gate_open(struct group *group);
/* Keeps a copy of a COMMAND_SEND, COMMAND_GROUP_*, COMMAND_ROOT_* or COMMAND_CLOCK_DISTRUST for later, in order.  What
 * a root may have to write waits as long, too, while what governs there is being fetched.  False: the gate is open,
 * carry it out now. */
bool gate_holds(struct node *node, const struct command *command);
/* Once a step: carries out what waited where the gate has opened. */
void gate_settle(struct node *node);
/* The node stops: what waits is refused. */
void gate_done(struct node *node, enum error reason);
