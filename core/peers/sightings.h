/* SPDX-License-Identifier: MIT
 * What discovery has shown lately: beacons that meant nothing when they came may mean a lot when a code is typed. */
#pragma once
#include "core/state.h"

void sightings_note(struct node *node, const struct event *event); /* EVENT_PEER_SEEN */
void sightings_drop(struct node *node, struct bytes instance);     /* EVENT_PEER_GONE */
/* The secrets have changed (workspace, join): looks at all of them again. */
void sightings_review(struct node *node);
