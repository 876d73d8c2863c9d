/* SPDX-License-Identifier: MIT */
#include "words.h"

#include "words_list.h"
#include <assert.h>

#define WORD_BITS 11
#define UNIQUE_LETTERS 4 /* as many of a word's letters tell it from all others */
#define BASE32_BITS 5

static const char base32_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648 §6 */

/* ---------------------------------------------------------------- words */

static void append_words(const uint16_t *words, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_append_byte(out, '-');
        buffer_append(out, BYTES_TEXT(words_list[words[i] % WORDS_COUNT]));
    }
}

void words_code_text(const struct code *code, struct buffer *out)
{
    append_words(code->words, CODE_WORDS, out);
}

static uint16_t word_at(const uint8_t *data, size_t size, size_t index)
{
    size_t bit = index * WORD_BITS, at = bit / 8;
    uint32_t window = (uint32_t)data[at] << 16 | (at + 1 < size ? (uint32_t)data[at + 1] << 8 : 0) |
                      (at + 2 < size ? data[at + 2] : 0);
    return (uint16_t)(window >> (24 - WORD_BITS - bit % 8) & (WORDS_COUNT - 1));
}

void words_encode(struct bytes data, struct buffer *out)
{
    assert(data.size * 8 % WORD_BITS == 0);
    for (size_t i = 0; i < data.size * 8 / WORD_BITS; i++) {
        if (i)
            buffer_append_byte(out, '-');
        buffer_append(out, BYTES_TEXT(words_list[word_at(data.data, data.size, i)]));
    }
}

void words_decode(const uint16_t *words, size_t count, struct buffer *out)
{
    uint32_t held = 0;
    unsigned bits = 0;
    assert(count * WORD_BITS % 8 == 0);
    for (size_t i = 0; i < count; i++) {
        held = held << WORD_BITS | words[i];
        for (bits += WORD_BITS; bits >= 8; bits -= 8)
            buffer_append_byte(out, (uint8_t)(held >> (bits - 8)));
    }
}

void words_fingerprint(const struct sign_public *key, struct buffer *out)
{
    const struct bytes parts[] = {BYTES_TEXT("zuruf-fingerprint-v1"), BYTES_OF(key->bytes)};
    struct hash hash;
    crypto_hash_parts(parts, 2, &hash);

    uint16_t words[FINGERPRINT_WORDS];
    for (size_t i = 0; i < FINGERPRINT_WORDS; i++)
        words[i] = word_at(hash.bytes, sizeof hash.bytes, i);
    append_words(words, FINGERPRINT_WORDS, out);
}

static bool is_separator(uint8_t c)
{
    return c == ' ' || c == '-' || (c >= '\t' && c <= '\r');
}

static char lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The number of the word that `typed` is, or begins with enough letters; WORDS_COUNT if there is none.  The list is
 * sorted, so a word that begins with `typed` is the first that is not before it. */
static size_t find_word(const char typed[WORD_SIZE_MAX + 1])
{
    size_t from = 0, to = WORDS_COUNT;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (strcmp(words_list[middle], typed) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    size_t size = strlen(typed);
    if (from == WORDS_COUNT || strncmp(words_list[from], typed, size) != 0)
        return WORDS_COUNT;
    bool is_enough = size >= UNIQUE_LETTERS || words_list[from][size] == '\0';
    return is_enough ? from : WORDS_COUNT;
}

/* Cuts the next word off `text`, in lower case; empty at the end.  False: longer than any word, or not letters. */
static bool cut_word(struct bytes *text, char ret[WORD_SIZE_MAX + 1])
{
    while (text->size && is_separator(text->data[0]))
        *text = (struct bytes){text->data + 1, text->size - 1};

    size_t size = 0;
    while (size < text->size && !is_separator(text->data[size])) {
        char letter = lower(text->data[size]);
        if (size == WORD_SIZE_MAX || letter < 'a' || letter > 'z')
            return false;
        ret[size++] = letter;
    }
    ret[size] = '\0';
    *text = (struct bytes){text->data + size, text->size - size};
    return true;
}

bool words_read(struct bytes text, uint16_t *ret, size_t most, size_t *ret_count)
{
    char word[WORD_SIZE_MAX + 1];
    *ret_count = 0;
    for (;;) {
        if (!cut_word(&text, word))
            return false;
        if (!word[0])
            return true;
        size_t number = find_word(word);
        if (number == WORDS_COUNT || *ret_count == most)
            return false;
        ret[(*ret_count)++] = (uint16_t)number;
    }
}

enum error words_code_parse(struct bytes text, struct code *ret)
{
    struct code code;
    size_t count;
    if (!words_read(text, code.words, CODE_WORDS, &count) || count != CODE_WORDS)
        return ERR_MALFORMED;
    *ret = code;
    return OK;
}

/* ---------------------------------------------------------------- base32 */

void base32_encode(struct bytes data, struct buffer *out)
{
    uint32_t held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < data.size; i++) {
        held = held << 8 | data.data[i];
        for (bits += 8; bits >= BASE32_BITS; bits -= BASE32_BITS)
            buffer_append_byte(out, (uint8_t)base32_alphabet[held >> (bits - BASE32_BITS) & 31]);
    }
    if (bits)
        buffer_append_byte(out, (uint8_t)base32_alphabet[held << (BASE32_BITS - bits) & 31]);
}

/* The value of a digit in either case, or 32. */
static uint32_t base32_value(uint8_t c)
{
    c = (uint8_t)lower(c);
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a');
    return c >= '2' && c <= '7' ? (uint32_t)(c - '2' + 26) : 32;
}

enum error base32_decode(struct bytes text, struct buffer *out)
{
    size_t before = out->size;
    uint32_t held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < text.size; i++) {
        uint32_t value = base32_value(text.data[i]);
        if (value == 32) {
            out->size = before;
            return ERR_MALFORMED;
        }
        held = held << BASE32_BITS | value;
        bits += BASE32_BITS;
        if (bits >= 8) {
            bits -= 8;
            buffer_append_byte(out, (uint8_t)(held >> bits));
        }
    }
    return OK;
}
