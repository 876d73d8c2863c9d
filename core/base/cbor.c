/* SPDX-License-Identifier: MIT */
#include "cbor.h"

#include <assert.h>
#include <cbor/encoding.h>
#include <cbor/streaming.h>

#include "text.h"

#define HEAD_MAX 9 /* initial byte and a 64-bit argument */

/* ---------------------------------------------------------------- reading */

enum item_kind { ITEM_REFUSED, ITEM_UINT, ITEM_BOOL, ITEM_BYTES, ITEM_TEXT, ITEM_ARRAY };

struct item {
    enum item_kind kind;
    uint64_t value;      /* the number, the truth, the size or the count */
    const uint8_t *data; /* of strings */
};

static void got(void *arg, enum item_kind kind, uint64_t value)
{
    struct item *item = arg;
    item->kind = kind;
    item->value = value;
}

static void got_uint8(void *arg, uint8_t value)
{
    got(arg, ITEM_UINT, value);
}

static void got_uint16(void *arg, uint16_t value)
{
    got(arg, ITEM_UINT, value);
}

static void got_uint32(void *arg, uint32_t value)
{
    got(arg, ITEM_UINT, value);
}

static void got_uint64(void *arg, uint64_t value)
{
    got(arg, ITEM_UINT, value);
}

static void got_bool(void *arg, bool value)
{
    got(arg, ITEM_BOOL, value);
}

static void got_array(void *arg, size_t count)
{
    got(arg, ITEM_ARRAY, count);
}

static void got_bytes(void *arg, cbor_data data, size_t size)
{
    got(arg, ITEM_BYTES, size);
    ((struct item *)arg)->data = data;
}

static void got_text(void *arg, cbor_data data, size_t size)
{
    got(arg, ITEM_TEXT, size);
    ((struct item *)arg)->data = data;
}

/* Everything that is not ours leaves the item ITEM_REFUSED. */
static const struct cbor_callbacks callbacks = {
    .uint8 = got_uint8,
    .uint16 = got_uint16,
    .uint32 = got_uint32,
    .uint64 = got_uint64,
    .negint64 = cbor_null_negint64_callback,
    .negint32 = cbor_null_negint32_callback,
    .negint16 = cbor_null_negint16_callback,
    .negint8 = cbor_null_negint8_callback,
    .byte_string_start = cbor_null_byte_string_start_callback,
    .byte_string = got_bytes,
    .string = got_text,
    .string_start = cbor_null_string_start_callback,
    .indef_array_start = cbor_null_indef_array_start_callback,
    .array_start = got_array,
    .indef_map_start = cbor_null_indef_map_start_callback,
    .map_start = cbor_null_map_start_callback,
    .tag = cbor_null_tag_callback,
    .float2 = cbor_null_float2_callback,
    .float4 = cbor_null_float4_callback,
    .float8 = cbor_null_float8_callback,
    .undefined = cbor_null_undefined_callback,
    .null = cbor_null_null_callback,
    .boolean = got_bool,
    .indef_break = cbor_null_indef_break_callback,
};

static size_t head_size(uint64_t value)
{
    if (value < 24)
        return 1;
    if (value <= UINT8_MAX)
        return 2;
    if (value <= UINT16_MAX)
        return 3;
    return value <= UINT32_MAX ? 5 : 9;
}

/* libcbor accepts longer forms of a number; only the shortest has this size. */
static size_t shortest_size(const struct item *item)
{
    bool is_string = item->kind == ITEM_BYTES || item->kind == ITEM_TEXT;
    return head_size(item->value) + (is_string ? (size_t)item->value : 0);
}

/* Takes one item of this kind and of a value up to `most`.  False, and failed, if another comes. */
static bool take(struct reader *in, enum item_kind kind, uint64_t most, struct item *ret)
{
    if (in->failed)
        return false;

    ret->kind = ITEM_REFUSED;
    struct cbor_decoder_result result = cbor_stream_decode(in->left.data, in->left.size, &callbacks, ret);
    if (result.status != CBOR_DECODER_FINISHED || ret->kind != kind || ret->value > most ||
        result.read != shortest_size(ret)) {
        in->failed = true;
        return false;
    }
    in->left.data += result.read;
    in->left.size -= result.read;
    return true;
}

uint64_t read_uint(struct reader *in)
{
    struct item item;
    return take(in, ITEM_UINT, UINT64_MAX, &item) ? item.value : 0;
}

bool read_bool(struct reader *in)
{
    struct item item;
    return take(in, ITEM_BOOL, 1, &item) && item.value;
}

struct bytes read_bytes(struct reader *in, size_t most)
{
    struct item item;
    return take(in, ITEM_BYTES, most, &item) ? (struct bytes){item.data, (size_t)item.value} : (struct bytes){0};
}

struct bytes read_text(struct reader *in, size_t most)
{
    struct item item;
    if (!take(in, ITEM_TEXT, most, &item))
        return (struct bytes){0};

    struct bytes text = {item.data, (size_t)item.value};
    if (!text_is_utf8(text)) {
        in->failed = true;
        return (struct bytes){0};
    }
    return text;
}

void read_fixed(struct reader *in, void *out, size_t size)
{
    struct bytes bytes = read_bytes(in, size);
    if (bytes.size != size)
        in->failed = true;
    else if (size && !in->failed)
        memcpy(out, bytes.data, size);
}

size_t read_array(struct reader *in, size_t most)
{
    struct item item;
    if (!take(in, ITEM_ARRAY, most < CBOR_ITEMS_MAX ? most : CBOR_ITEMS_MAX, &item))
        return 0;
    if (++in->depth > CBOR_DEPTH_MAX) {
        in->failed = true;
        return 0;
    }
    return (size_t)item.value;
}

void read_array_end(struct reader *in)
{
    if (in->failed)
        return;
    assert(in->depth > 0);
    in->depth--;
}

void read_array_of(struct reader *in, size_t count)
{
    if (read_array(in, count) != count)
        in->failed = true;
}

void read_end(struct reader *in)
{
    if (in->left.size)
        in->failed = true;
}

/* ---------------------------------------------------------------- writing */

void write_uint(struct buffer *out, uint64_t value)
{
    buffer_reserve(out, HEAD_MAX);
    out->size += cbor_encode_uint(value, out->data + out->size, HEAD_MAX);
}

void write_bool(struct buffer *out, bool value)
{
    buffer_reserve(out, HEAD_MAX);
    out->size += cbor_encode_bool(value, out->data + out->size, HEAD_MAX);
}

void write_bytes(struct buffer *out, struct bytes value)
{
    buffer_reserve(out, HEAD_MAX + value.size);
    out->size += cbor_encode_bytestring_start(value.size, out->data + out->size, HEAD_MAX);
    buffer_append(out, value);
}

void write_text(struct buffer *out, struct bytes value)
{
    buffer_reserve(out, HEAD_MAX + value.size);
    out->size += cbor_encode_string_start(value.size, out->data + out->size, HEAD_MAX);
    buffer_append(out, value);
}

void write_array(struct buffer *out, size_t count)
{
    buffer_reserve(out, HEAD_MAX);
    out->size += cbor_encode_array_start(count, out->data + out->size, HEAD_MAX);
}
