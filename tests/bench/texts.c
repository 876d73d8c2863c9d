/* SPDX-License-Identifier: MIT */
#include "texts.h"
#include "core/base/alloc.h"
#include "core/base/random.h"
#include "measure.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE 15730
#define FIRST_MS UINT64_C(1103966040000)
#define LINE_SIZE 65536

/* 64ths of the real messages are no longer than this. */
static const uint16_t length_quantiles[65] = {
    1,  2,  3,  4,  5,  7,  8,  10, 11, 13, 14,  15,  17,  18,  19,  20,  22,  23,  24,  26,  27, 28,
    29, 31, 32, 33, 35, 36, 37, 39, 40, 42, 43,  45,  46,  48,  49,  51,  53,  55,  57,  59,  61, 63,
    65, 68, 70, 73, 76, 79, 83, 87, 91, 96, 100, 106, 112, 119, 128, 139, 153, 171, 198, 244, 469};

static void add(struct texts *texts, struct text text, struct bytes words)
{
    text.at = texts->arena.size;
    text.size = words.size;
    buffer_append(&texts->arena, words);
    texts->items[texts->count++] = text;
}

/* ---------------------------------------------------------------- real */

static uint32_t number_of(const char *name)
{
    struct hash hash;
    crypto_hash(BYTES_TEXT(name), &hash);
    return get_u32(hash.bytes);
}

static void add_line(struct texts *texts, const char *line)
{
    json_t *object = json_loads(line, 0, NULL);
    const char *author = json_string_value(json_object_get(object, "author"));
    const json_t *words = json_object_get(object, "text");
    json_int_t reply_to = json_integer_value(json_object_get(object, "reply_to")); /* ids count from 1 */
    if (!author || !json_is_string(words))
        die("a line of chat-ubuntu.jsonl.gz is not what it should be");

    struct text text = {.time_ms = 1000 * (uint64_t)json_integer_value(json_object_get(object, "time")),
                        .author = number_of(author),
                        .reply_to = reply_to > 0 ? (size_t)reply_to - 1 : TEXTS_NO_REPLY};
    add(texts, text, (struct bytes){(const uint8_t *)json_string_value(words), json_string_length(words)});
    json_decref(object);
}

static void read_real(struct texts *texts, size_t count)
{
    char line[LINE_SIZE];
    FILE *lines = popen("exec gzip -dc <\"$ZURUF_TEST_DATA/chat-ubuntu.jsonl.gz\" 2>/dev/null", "r");

    while (lines && texts->count < count && fgets(line, sizeof line, lines))
        add_line(texts, line);
    if (lines)
        pclose(lines);
}

/* The same again, later, and each time with another number at the end. */
static void repeat(struct texts *texts, size_t count)
{
    size_t round = texts->count;
    uint64_t span = texts->items[round - 1].time_ms - texts->items[0].time_ms + 60000;
    struct buffer words = {0};

    while (texts->count < count) {
        struct text text = texts->items[texts->count - round];
        char number[24];
        text.time_ms += span;
        if (text.reply_to != TEXTS_NO_REPLY)
            text.reply_to += round;
        snprintf(number, sizeof number, " %zu", texts->count / round);
        words.size = 0;
        buffer_append(&words, texts_words(texts, texts->count % round));
        buffer_append(&words, BYTES_TEXT(number));
        add(texts, text, buffer_bytes(&words));
    }
    buffer_done(&words);
}

/* ---------------------------------------------------------------- generated */

static size_t draw_length(struct random *random)
{
    uint64_t part = random_below(random, 64 * 256);
    size_t low = length_quantiles[part / 256], high = length_quantiles[part / 256 + 1];
    return low + (high - low) * (size_t)(part % 256) / 256;
}

static void generate(struct texts *texts, size_t count)
{
    static const char letters[] = "eeeeeeennnniiiisssrrraaattdduullccggmmoobbww       ";
    struct random random = {0};
    uint8_t words[512];

    for (size_t i = 0; i < count; i++) {
        struct text text = {.time_ms = FIRST_MS + 2000 * i,
                            .author = (uint32_t)random_below(&random, PEOPLE),
                            .reply_to = TEXTS_NO_REPLY};
        size_t size = draw_length(&random);
        if (i > 10 && random_below(&random, 100) < 26)
            text.reply_to = i - 1 - random_below(&random, 10);
        random_bytes(&random, words, size);
        for (size_t at = 0; at < size; at++)
            words[at] = (uint8_t)letters[words[at] % (sizeof letters - 1)];
        add(texts, text, (struct bytes){words, size});
    }
}

void texts_init(struct texts *texts, size_t count)
{
    *texts = (struct texts){.items = alloc_zero(count, sizeof *texts->items)};
    if (getenv("ZURUF_TEST_DATA"))
        read_real(texts, count);
    texts->real = texts->count > 0;
    if (texts->real)
        repeat(texts, count);
    else
        generate(texts, count);
}

void texts_done(struct texts *texts)
{
    free(texts->items);
    buffer_done(&texts->arena);
    *texts = (struct texts){0};
}
