/* SPDX-License-Identifier: MIT
 * Brings a database of an earlier schema to the one of this program, in one transaction: a crash leaves the old one. */
#pragma once
#include "db.h"

MUST_USE enum error migrate(struct db *db);
