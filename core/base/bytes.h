/* SPDX-License-Identifier: MIT
 * Views of bytes and a growable buffer.  The only allocation the core does goes through here and alloc.h. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A view: never freed; whoever hands it out says what it dies with. */
struct bytes {
    const uint8_t *data;
    size_t size;
};

#define BYTES_OF(array) ((struct bytes){(const uint8_t *)(array), sizeof(array)})
#define BYTES_TEXT(text) ((struct bytes){(const uint8_t *)(text), strlen(text)})

bool bytes_equal(struct bytes a, struct bytes b);  /* not for secrets: crypto_equal() */
int bytes_compare(struct bytes a, struct bytes b); /* memcmp order, shorter first */

/* Owned, growable.  Zeroed is a valid empty buffer; buffer_done() accepts that too. */
struct buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
};

void buffer_done(struct buffer *buffer);
void buffer_wipe(struct buffer *buffer);                    /* zeroes the content, then as done */
uint8_t *buffer_extend(struct buffer *buffer, size_t more); /* returns the new, uninitialised part */
void buffer_reserve(struct buffer *buffer, size_t more);
void buffer_append(struct buffer *buffer, struct bytes bytes);
void buffer_append_byte(struct buffer *buffer, uint8_t byte);
void buffer_append_u16(struct buffer *buffer, uint16_t value); /* big-endian, as all fixed numbers */
void buffer_append_u32(struct buffer *buffer, uint32_t value);
void buffer_append_u64(struct buffer *buffer, uint64_t value);
void buffer_cut_front(struct buffer *buffer, size_t count); /* drops the first `count` bytes */
static inline struct bytes buffer_bytes(const struct buffer *buffer)
{
    return (struct bytes){buffer->data, buffer->size};
}

static inline uint16_t get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}
static inline uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)get_u16(p) << 16 | get_u16(p + 2);
}
static inline uint64_t get_u64(const uint8_t *p)
{
    return (uint64_t)get_u32(p) << 32 | get_u32(p + 4);
}
static inline void put_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static inline void put_u32(uint8_t *p, uint32_t v)
{
    put_u16(p, (uint16_t)(v >> 16));
    put_u16(p + 2, (uint16_t)v);
}
static inline void put_u64(uint8_t *p, uint64_t v)
{
    put_u32(p, (uint32_t)(v >> 32));
    put_u32(p + 4, (uint32_t)v);
}
