/* SPDX-License-Identifier: MIT
 * Tells the core of a history in some order, and holds it against the naive evaluator.  A difference is printed with
 * all that led to it, and ends the process. */
#pragma once
#include "generate.h"

extern unsigned long long orders_seed;             /* of the history: named where something differs */
extern unsigned long long orders_seen[RULE_COUNT]; /* how often each rule decided */

/* `sorted`: as they were written.  Settles now and then; compares half-way and at the end. */
void orders_tell(const struct tale *tale, struct random *random, bool sorted);
