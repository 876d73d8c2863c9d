/* SPDX-License-Identifier: MIT
 * What autopsy.c tells of the entries that govern a group: the evaluation's own structs have names of the simulator's.
 */
#pragma once
#include "core/governance/governance.h"

typedef const char *autopsy_name(const void *arg, const struct sign_public *device);
void autopsy_rules(const struct governance *governance, autopsy_name *name, const void *arg);
