/* SPDX-License-Identifier: MIT
 * Random histories of a workspace and of a group in it: duels, backdaters, forks, several generations, wrong cites,
 * strangers.  The same seed makes the same. */
#pragma once
#include "dice.h"
#include "history.h"

#define DEVICES 9
#define PEOPLE 4
#define ROOT_KEYS 5

struct tale {
    struct dice dice;
    uint32_t forks;                                            /* percent of entries that fork a log */
    struct sign_public devices[DEVICES], root_keys[ROOT_KEYS]; /* the first two root keys are of workspace and group */
    struct dh_public boxes[DEVICES];
    struct person_id people[PEOPLE];
    struct buffer genesis[2];
    struct history workspace, group;
};

void tale_make(struct tale *tale, uint64_t seed);
void tale_done(struct tale *tale);
