/* SPDX-License-Identifier: MIT
 * The subset of CBOR that Zuruf speaks: deterministic encoding (RFC 8949 §4.2), definite lengths, unsigned
 * integers, byte strings, text strings, arrays, booleans.  Reads with libcbor's streaming decoder only. */
#pragma once
#include "bytes.h"

#define CBOR_DEPTH_MAX 4
#define CBOR_ITEMS_MAX 64

/* After a fault every read is a no-op that returns zero or nothing, so a decoder reads like its table and
 * asks once at the end. */
struct reader {
    struct bytes left; /* set this; borrowed */
    bool failed;
    unsigned depth;
};

uint64_t read_uint(struct reader *in); /* shortest form only */
bool read_bool(struct reader *in);
struct bytes read_bytes(struct reader *in, size_t most);    /* borrowed from left */
struct bytes read_text(struct reader *in, size_t most);     /* valid UTF-8 (text.h) */
void read_fixed(struct reader *in, void *out, size_t size); /* byte string of exactly `size` */
/* Opens an array and returns its count (≤ `most`, ≤ CBOR_ITEMS_MAX).  Arrays inside arrays count as depth: call
 * read_array_end() after the last item of a nested one. */
size_t read_array(struct reader *in, size_t most);
void read_array_end(struct reader *in);
void read_array_of(struct reader *in, size_t count); /* opens an array of exactly `count` */
void read_end(struct reader *in);                    /* fails if bytes are left */

void write_uint(struct buffer *out, uint64_t value);
void write_bool(struct buffer *out, bool value);
void write_bytes(struct buffer *out, struct bytes value);
void write_text(struct buffer *out, struct bytes value);
void write_array(struct buffer *out, size_t count);
