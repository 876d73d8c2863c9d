/* SPDX-License-Identifier: MIT
 * Tells the core of a history in several orders, and holds it against the naive evaluator.  A difference is printed
 * with all that led to it, and ends the process. */
#pragma once
#include "generate.h"

extern unsigned long long orders_seed;             /* of the history: named where something differs */
extern unsigned long long orders_seen[RULE_COUNT]; /* how often each rule decided */

/* Once as it was written, but the workspace before the group, then in random orders. */
void orders_compare(struct tale *tale);
