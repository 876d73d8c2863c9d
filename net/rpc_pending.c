/* SPDX-License-Identifier: MIT */
#include "rpc_pending.h"
#include "core/base/alloc.h"

static struct rpc_pending **slot_of(struct rpc_pending_table *table, uint64_t command)
{
    return &table->slots[command & (RPC_PENDING_SLOTS - 1)];
}

struct rpc_pending *rpc_pending_add(struct rpc_pending_table *table, uint64_t command, const char *id)
{
    size_t id_size = strlen(id) + 1;
    struct rpc_pending *pending = alloc_zero(1, sizeof *pending + id_size);
    struct rpc_pending **slot = slot_of(table, command);

    pending->command = command;
    memcpy(pending->id, id, id_size);
    pending->next = *slot;
    *slot = pending;
    return pending;
}

struct rpc_pending *rpc_pending_take(struct rpc_pending_table *table, uint64_t command)
{
    for (struct rpc_pending **at = slot_of(table, command); *at; at = &(*at)->next) {
        struct rpc_pending *pending = *at;
        if (pending->command == command) {
            *at = pending->next;
            return pending;
        }
    }
    return NULL;
}

struct rpc_pending *rpc_pending_take_any(struct rpc_pending_table *table)
{
    for (size_t i = 0; i < RPC_PENDING_SLOTS; i++)
        if (table->slots[i])
            return rpc_pending_take(table, table->slots[i]->command);
    return NULL;
}
