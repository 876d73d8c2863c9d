/* SPDX-License-Identifier: MIT
 * The reading table of a disk that cannot be read. */
#pragma once
#include "core/storage.h"

/* Every read fails with *err, which is borrowed. */
struct storage unreadable_storage(enum error *err);
