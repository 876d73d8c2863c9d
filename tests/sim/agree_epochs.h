/* SPDX-License-Identifier: MIT
 * Who may read what of a group, by the rules alone: walks the entries of a governance, apart from any node. */
#pragma once
#include "core/governance/governance.h"

typedef void epochs_visit(void *arg, const struct epoch_id *epoch, const struct sign_public *device);

/* Each EPOCH that counts with each device that must not hold its key: the EPOCH has a REMOVE of it in its past, and it
 * never came back. */
void epochs_each_denied(const struct governance *governance, epochs_visit *visit, void *arg);
/* Whether any entry speaks of the device, counting or not. */
bool epochs_speak_of(const struct governance *governance, const struct sign_public *device);
