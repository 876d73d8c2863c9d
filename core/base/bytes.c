/* SPDX-License-Identifier: MIT */
#include "bytes.h"

#include <stdlib.h>

#include "alloc.h"
#include "core/crypto.h"

#define CAPACITY_MIN 64

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int bytes_compare(struct bytes a, struct bytes b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    if (order)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

void buffer_done(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

void buffer_wipe(struct buffer *buffer)
{
    if (buffer->data)
        crypto_wipe(buffer->data, buffer->capacity); /* what was cut off may be a secret too */
    buffer_done(buffer);
}

/* Not realloc(), which leaves what it moves behind: a text, perhaps a secret, that nobody wipes any more. */
static void move_to(struct buffer *buffer, size_t capacity)
{
    uint8_t *data = alloc_grow(NULL, capacity, 1);
    if (buffer->data) {
        memcpy(data, buffer->data, buffer->size);
        crypto_wipe(buffer->data, buffer->size);
        free(buffer->data);
    }
    buffer->data = data;
    buffer->capacity = capacity;
}

void buffer_reserve(struct buffer *buffer, size_t more)
{
    if (more <= buffer->capacity - buffer->size)
        return;

    size_t needed = more > SIZE_MAX - buffer->size ? SIZE_MAX : buffer->size + more;
    size_t capacity = buffer->capacity ? buffer->capacity : CAPACITY_MIN;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? SIZE_MAX : capacity * 2;
    move_to(buffer, capacity);
}

uint8_t *buffer_extend(struct buffer *buffer, size_t more)
{
    buffer_reserve(buffer, more ? more : 1); /* never NULL, so that it can be handed to memcpy with nothing */
    uint8_t *part = buffer->data + buffer->size;
    buffer->size += more;
    return part;
}

void buffer_append(struct buffer *buffer, struct bytes bytes)
{
    uint8_t *part = buffer_extend(buffer, bytes.size);
    if (bytes.size)
        memcpy(part, bytes.data, bytes.size);
}

void buffer_append_byte(struct buffer *buffer, uint8_t byte)
{
    *buffer_extend(buffer, 1) = byte;
}

void buffer_append_u16(struct buffer *buffer, uint16_t value)
{
    put_u16(buffer_extend(buffer, sizeof value), value);
}

void buffer_append_u32(struct buffer *buffer, uint32_t value)
{
    put_u32(buffer_extend(buffer, sizeof value), value);
}

void buffer_append_u64(struct buffer *buffer, uint64_t value)
{
    put_u64(buffer_extend(buffer, sizeof value), value);
}

void buffer_cut_front(struct buffer *buffer, size_t count)
{
    if (count == 0)
        return;
    buffer->size -= count;
    memmove(buffer->data, buffer->data + count, buffer->size);
}
