/* SPDX-License-Identifier: MIT
 * Writes JSON (RFC 8259) into a buffer, a member a call: no tree, no allocation of its own, nothing that can fail.
 * Commas come by themselves; brackets are the caller's to match.  `key` is NULL for an element of an array and for a
 * value that stands alone; it is a plain word that needs no escaping. */
#pragma once
#include "core/base/bytes.h"

void emit_open(struct buffer *out, const char *key, char bracket); /* '{' or '[' */
void emit_close(struct buffer *out, char bracket);                 /* '}' or ']' */

/* A string; bytes of `text` that are no UTF-8 become U+FFFD. */
void emit_text(struct buffer *out, const char *key, struct bytes text);
void emit_text_or_null(struct buffer *out, const char *key, struct bytes text); /* null when empty */
void emit_string(struct buffer *out, const char *key, const char *text);
void emit_base32(struct buffer *out, const char *key, struct bytes data);
void emit_base32_or_null(struct buffer *out, const char *key, struct bytes data); /* null when all zero */
void emit_time(struct buffer *out, const char *key, uint64_t ms);                 /* RFC 3339; null when 0 */

void emit_number(struct buffer *out, const char *key, uint64_t value);
void emit_digits(struct buffer *out, const char *key, uint64_t value); /* as a string: what may need 64 bits */
void emit_bool(struct buffer *out, const char *key, bool value);
void emit_null(struct buffer *out, const char *key);
/* A value that is JSON already. */
void emit_raw(struct buffer *out, const char *key, struct bytes json);
