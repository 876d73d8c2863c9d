/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/alloc.h"

#define CAPACITY_MIN 8

struct batch *batch_new(uint64_t id, uint64_t now_ms)
{
    struct batch *batch = alloc_zero(1, sizeof *batch);
    batch->id = id;
    batch->now_ms = now_ms;
    return batch;
}

void batch_free(struct batch *batch)
{
    if (!batch)
        return;
    buffer_wipe(&batch->arena);
    free(batch->entries);
    free(batch->moves);
    free(batch->doubted);
    free(batch->doubts);
    free(batch->payloads);
    free(batch->locals);
    free(batch->rows);
    free(batch);
}

/* `items` with room for one more. */
static void *with_room(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity ? *capacity * 2 : CAPACITY_MIN;
    return alloc_grow(items, *capacity, size);
}

/* Copies `bytes` into the arena; returns where.  The old block is wiped when the arena moves: it may hold a key. */
static size_t keep(struct batch *batch, struct bytes bytes)
{
    struct buffer *arena = &batch->arena;
    if (bytes.size > arena->capacity - arena->size) {
        struct buffer larger = {0};
        buffer_reserve(&larger, 2 * arena->capacity + bytes.size);
        buffer_append(&larger, buffer_bytes(arena));
        buffer_wipe(arena);
        *arena = larger;
    }
    size_t at = arena->size;
    buffer_append(arena, bytes);
    return at;
}

void batch_add_entry(struct batch *batch, uint32_t log, uint32_t group, uint64_t seq, uint32_t flags, struct bytes wire)
{
    batch->entries = with_room(batch->entries, batch->entry_count, &batch->entry_capacity, sizeof *batch->entries);
    batch->entries[batch->entry_count++] = (struct batch_entry){
        .log = log, .group = group, .seq = seq, .flags = flags, .at = keep(batch, wire), .size = wire.size};
}

void batch_add_move(struct batch *batch, uint32_t from, uint64_t seq, uint32_t to)
{
    batch->moves = with_room(batch->moves, batch->move_count, &batch->move_capacity, sizeof *batch->moves);
    batch->moves[batch->move_count++] =
        (struct batch_move){.from = from, .to = to, .seq = seq, .after = batch->entry_count};
    for (size_t i = 0; i < batch->payload_count; i++)
        if (batch->payloads[i].log == from && batch->payloads[i].seq >= seq)
            batch->payloads[i].log = to;
}

void batch_add_payload(struct batch *batch, uint32_t log, uint64_t seq, struct bytes wire)
{
    batch->payloads =
        with_room(batch->payloads, batch->payload_count, &batch->payload_capacity, sizeof *batch->payloads);
    batch->payloads[batch->payload_count++] =
        (struct batch_payload){.log = log, .seq = seq, .at = keep(batch, wire), .size = wire.size};
}

void batch_set_doubts(struct batch *batch, uint32_t group, const struct doubt *doubts, size_t count)
{
    batch->doubted = with_room(batch->doubted, batch->doubted_count, &batch->doubted_capacity, sizeof *batch->doubted);
    batch->doubted[batch->doubted_count++] =
        (struct batch_doubts){.group = group, .first = batch->doubt_count, .count = count};
    for (size_t i = 0; i < count; i++) {
        batch->doubts = with_room(batch->doubts, batch->doubt_count, &batch->doubt_capacity, sizeof *batch->doubts);
        batch->doubts[batch->doubt_count++] = doubts[i];
    }
}

static struct batch_local *add_local(struct batch *batch, struct bytes key)
{
    batch->locals = with_room(batch->locals, batch->local_count, &batch->local_capacity, sizeof *batch->locals);
    struct batch_local *local = &batch->locals[batch->local_count++];
    *local = (struct batch_local){.key_at = keep(batch, key), .key_size = key.size};
    return local;
}

void batch_put_local(struct batch *batch, struct bytes key, struct bytes value)
{
    assert(value.size != SIZE_MAX); /* that size means deleted */
    struct batch_local *local = add_local(batch, key);
    local->value_at = keep(batch, value);
    local->value_size = value.size;
}

void batch_delete_local(struct batch *batch, struct bytes key)
{
    add_local(batch, key)->value_size = SIZE_MAX;
}

void batch_set_row(struct batch *batch, const struct log_row *row)
{
    for (size_t i = batch->row_count; i-- > 0;) {
        if (batch->rows[i].number == row->number) {
            batch->rows[i] = *row;
            return;
        }
    }
    batch->rows = with_room(batch->rows, batch->row_count, &batch->row_capacity, sizeof *batch->rows);
    batch->rows[batch->row_count++] = *row;
}

bool batch_is_empty(const struct batch *batch)
{
    return !batch->entry_count && !batch->local_count && !batch->row_count && !batch->move_count &&
           !batch->doubted_count && !batch->payload_count;
}

struct bytes batch_entry_wire(const struct batch *batch, size_t index)
{
    assert(index < batch->entry_count);
    const struct batch_entry *entry = &batch->entries[index];
    return (struct bytes){batch->arena.data + entry->at, entry->size};
}
