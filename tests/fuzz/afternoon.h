/* SPDX-License-Identifier: MIT
 * The long-ago afternoon on which the three met.  All inputs of a process begin with what was on the disks then. */
#pragma once
#include "scene.h"

struct afternoon {
    bool stands;
    struct medium *alice, *bob;
    struct secret_key alice_key, bob_key;
    struct mallory mallory;
};

/* Lived through when it is first asked for; aborts where it does not come about. */
const struct afternoon *afternoon_in(enum scene_office office);
