/* SPDX-License-Identifier: MIT */
#include "output.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

static bool stream_takes_colour(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (no_color && *no_color)
        return false;
    if (!term || strcmp(term, "dumb") == 0)
        return false;
    return isatty(fileno(stream)) == 1;
}

const char *output_style(FILE *stream, enum style style)
{
    if (!stream_takes_colour(stream))
        return "";
    switch (style) {
    case STYLE_PLAIN:
        return "\x1b[0m";
    case STYLE_BOLD:
        return "\x1b[1m";
    case STYLE_DIM:
        return "\x1b[2m";
    case STYLE_ALERT:
        return "\x1b[1;31m";
    case STYLE_GOOD:
        return "\x1b[32m";
    case STYLE_QR: /* light on dark, whatever the terminal's own colours */
        return "\x1b[97;40m";
    }
    return "";
}

/* Characters that move the cursor, turn the reading direction or start a new line. */
static bool is_hostile(utf8proc_int32_t point)
{
    if (point < 0x20 || (point >= 0x7f && point < 0xa0))
        return true;
    return point == 0x061c || point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff || (point >= 0xfff9 && point <= 0xfffb) ||
           (point >= 0xe0000 && point <= 0xe007f);
}

static void write_point(FILE *stream, utf8proc_int32_t point, const char *bytes, size_t size, const char *indent)
{
    if (point == '\n' && indent)
        fprintf(stream, "\n%s", indent);
    else if (point == '\n')
        fputs("\\n", stream);
    else if (point == '\t')
        fputs("    ", stream);
    else if (!is_hostile(point))
        fwrite(bytes, 1, size, stream);
    else if (point < 0x100)
        fprintf(stream, "\\x%02x", (unsigned)point);
    else
        fprintf(stream, "\\u%04x", (unsigned)point);
}

void output_text(FILE *stream, const char *text, size_t size, const char *indent)
{
    while (size > 0) {
        utf8proc_int32_t point;
        utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &point);
        if (used <= 0) {
            fprintf(stream, "\\x%02x", (unsigned char)*text);
            used = 1;
        } else {
            write_point(stream, point, text, (size_t)used, indent);
        }
        text += used;
        size -= (size_t)used;
    }
}

void output_name(FILE *stream, const char *name)
{
    output_text(stream, name, strlen(name), NULL);
}

void output_value(FILE *stream, const json_t *value, const char *indent)
{
    if (json_is_string(value))
        output_text(stream, json_string_value(value), json_string_length(value), indent);
}

static int write_chunk(const char *bytes, size_t size, void *stream)
{
    return fwrite(bytes, 1, size, stream) == size ? 0 : -1;
}

void output_json(const json_t *object)
{
    json_dump_callback(object, write_chunk, stdout, JSON_COMPACT);
    fputc('\n', stdout);
}

bool output_json_canonical(FILE *stream, const json_t *object)
{
    if (json_dump_callback(object, write_chunk, stream, JSON_COMPACT | JSON_SORT_KEYS) != 0)
        return false;
    return fputc('\n', stream) != EOF;
}
