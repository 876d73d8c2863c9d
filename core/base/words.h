/* SPDX-License-Identifier: MIT
 * Numbers as words that people can say over the phone: the BIP-0039 English list of 2048 words (11 bits a word;
 * the first four letters are unique), and base32 (RFC 4648 alphabet in lower case, no padding). */
#pragma once
#include "bytes.h"
#include "core/crypto.h"

#define CODE_WORDS 6
#define FINGERPRINT_WORDS 6

/* An invite code: 6 words, 66 bits. */
struct code {
    uint16_t words[CODE_WORDS];
};

void words_code_text(const struct code *code, struct buffer *out); /* "able-acid-…", joined by "-" */
/* Accepts blanks or hyphens between words, any case, and each word by its first four letters or more.
 * ERR_MALFORMED: not six words of the list. */
MUST_USE enum error words_code_parse(struct bytes text, struct code *ret);

/* Bytes as words, 11 bits each; the number of bits must be a multiple of 11. */
void words_encode(struct bytes data, struct buffer *out);
/* The numbers of the words of `text`, typed as in words_code_parse(), at most `most`: how many came.  False: the next
 * is none of the list, or there are more. */
bool words_read(struct bytes text, uint16_t *ret, size_t most, size_t *ret_count);
/* The bytes that such numbers stand for; likewise. */
void words_decode(const uint16_t *words, size_t count, struct buffer *out);

/* First 66 bits of BLAKE2b-256("zuruf-fingerprint-v1" ‖ key), six words. */
void words_fingerprint(const struct sign_public *key, struct buffer *out);

void base32_encode(struct bytes data, struct buffer *out);
/* Decodes whole bytes of `text`.  ERR_MALFORMED. */
MUST_USE enum error base32_decode(struct bytes text, struct buffer *out);
