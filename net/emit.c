/* SPDX-License-Identifier: MIT */
#include "emit.h"
#include "core/base/text.h"
#include "core/base/words.h"
#include "core/crypto.h"
#include "rfc3339.h"

static void append(struct buffer *out, const char *text)
{
    buffer_append(out, BYTES_TEXT(text));
}

/* What stands before a value tells whether a comma is due, so no state is kept between calls. */
static bool comma_is_due(const struct buffer *out)
{
    return out->size > 0 && memchr("{[:,\n", out->data[out->size - 1], 5) == NULL;
}

static void begin(struct buffer *out, const char *key)
{
    if (comma_is_due(out))
        buffer_append_byte(out, ',');
    if (!key)
        return;
    buffer_append_byte(out, '"');
    append(out, key);
    append(out, "\":");
}

void emit_open(struct buffer *out, const char *key, char bracket)
{
    begin(out, key);
    buffer_append_byte(out, (uint8_t)bracket);
}

void emit_close(struct buffer *out, char bracket)
{
    buffer_append_byte(out, (uint8_t)bracket);
}

static void append_escaped(struct buffer *out, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t escape[6] = {'\\', 'u', '0', '0', (uint8_t)digits[byte >> 4], (uint8_t)digits[byte & 15]};

    switch (byte) {
    case '"':
    case '\\':
        escape[1] = byte;
        break;
    case '\n':
        escape[1] = 'n';
        break;
    case '\t':
        escape[1] = 't';
        break;
    default:
        buffer_append(out, BYTES_OF(escape));
        return;
    }
    buffer_append(out, (struct bytes){escape, 2});
}

static bool stands_for_itself(uint8_t byte, bool is_utf8)
{
    return byte >= 0x20 && byte != '"' && byte != '\\' && (is_utf8 || byte < 0x80);
}

void emit_text(struct buffer *out, const char *key, struct bytes text)
{
    bool is_utf8 = text_is_utf8(text);
    size_t at = 0;

    begin(out, key);
    buffer_append_byte(out, '"');
    while (at < text.size) {
        size_t run = at;
        while (run < text.size && stands_for_itself(text.data[run], is_utf8))
            run++;
        if (run > at)
            buffer_append(out, (struct bytes){text.data + at, run - at});
        at = run;
        if (at == text.size)
            break;
        if (text.data[at] < 0x80)
            append_escaped(out, text.data[at]);
        else
            append(out, "\xEF\xBF\xBD");
        at++;
    }
    buffer_append_byte(out, '"');
}

void emit_text_or_null(struct buffer *out, const char *key, struct bytes text)
{
    if (text.size > 0)
        emit_text(out, key, text);
    else
        emit_null(out, key);
}

void emit_string(struct buffer *out, const char *key, const char *text)
{
    emit_text(out, key, BYTES_TEXT(text));
}

void emit_base32(struct buffer *out, const char *key, struct bytes data)
{
    begin(out, key);
    buffer_append_byte(out, '"');
    base32_encode(data, out);
    buffer_append_byte(out, '"');
}

void emit_base32_or_null(struct buffer *out, const char *key, struct bytes data)
{
    if (crypto_is_zero(data.data, data.size))
        emit_null(out, key);
    else
        emit_base32(out, key, data);
}

void emit_time(struct buffer *out, const char *key, uint64_t ms)
{
    char text[RFC3339_SIZE];

    if (ms == 0) {
        emit_null(out, key);
        return;
    }
    rfc3339_format(ms, text);
    begin(out, key);
    buffer_append_byte(out, '"');
    append(out, text);
    buffer_append_byte(out, '"');
}

static void append_decimal(struct buffer *out, uint64_t value)
{
    uint8_t digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buffer_append(out, (struct bytes){digits + at, sizeof digits - at});
}

void emit_number(struct buffer *out, const char *key, uint64_t value)
{
    begin(out, key);
    append_decimal(out, value);
}

void emit_digits(struct buffer *out, const char *key, uint64_t value)
{
    begin(out, key);
    buffer_append_byte(out, '"');
    append_decimal(out, value);
    buffer_append_byte(out, '"');
}

void emit_bool(struct buffer *out, const char *key, bool value)
{
    begin(out, key);
    append(out, value ? "true" : "false");
}

void emit_null(struct buffer *out, const char *key)
{
    begin(out, key);
    append(out, "null");
}

void emit_raw(struct buffer *out, const char *key, struct bytes json)
{
    begin(out, key);
    buffer_append(out, json);
}
