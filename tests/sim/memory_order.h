/* SPDX-License-Identifier: MIT
 * The order of messages, computed from scratch whenever something came: (sort key, device, seq, entry id). */
#pragma once
#include "core/storage.h"

/* As storage.h's each_ordered and order_cursor_at; ctx is a struct memory_store. */
MUST_USE enum error memory_order_each(void *ctx, uint32_t group, struct bytes cursor, bool backward,
                                      storage_order_visitor visit, void *arg);
void memory_order_cursor_at(void *ctx, uint64_t ms, struct buffer *ret);
