/* SPDX-License-Identifier: MIT
 * Reading a group's order: storage->each_ordered. */
#pragma once
#include "reads.h"

/* ERR_MALFORMED: a cursor longer than any. */
MUST_USE enum error order_read_each(struct reads *reads, uint32_t group, struct bytes cursor, bool backward,
                                    storage_order_visitor visit, void *arg);
