/* SPDX-License-Identifier: MIT
 * How often what happened in lives: whether a trouble that holds occurs at all. */
#pragma once
#include "core/node.h"
#include "life.h"

void tally_lives(const struct life *life, struct tally *tally); /* adds a life that is over */
void tally_print(const struct tally *tally);
