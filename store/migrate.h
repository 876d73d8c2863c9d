/* SPDX-License-Identifier: MIT
 * Brings a database of an earlier schema to the one of this program.  The first transaction writes down the new schema,
 * so that no earlier program touches what is half done; what may take long follows in steps of a transaction each.  A
 * crash loses a step at most, and the next call goes on. */
#pragma once
#include "db.h"

/* `tell` is called after each step, and not where there is nothing to do.  NULL: nobody asks. */
MUST_USE enum error migrate(struct db *db, void (*tell)(void *arg, uint64_t done, uint64_t total), void *arg);
