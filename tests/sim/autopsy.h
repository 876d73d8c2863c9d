/* SPDX-License-Identifier: MIT
 * A life has failed: what each computer holds, on standard error, for whoever looks for the cause. */
#pragma once
#include "world.h"

void autopsy(const struct world *world);
