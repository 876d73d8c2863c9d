/* SPDX-License-Identifier: MIT
 * Two computers in one workspace, linked: what most figures are measured between. */
#pragma once
#include "computer.h"

#define PAIR_WORKSPACE "Office" /* also the name of its chat */

struct pair {
    struct computer a, b;
    struct client a_client, b_client;
};

/* Fresh homes; returns when both have everything of each other. */
void pair_start(struct pair *pair);
void pair_stop(struct pair *pair);
