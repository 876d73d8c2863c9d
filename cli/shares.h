/* SPDX-License-Identifier: MIT
 * The root key of a workspace in shares, any `need` of which restore it while fewer tell nothing (Shamir's scheme over
 * GF(2^8), each byte for itself).  A share is 44 bytes, which are 32 words:
 *
 *     version 1(1) ‖ need(1) ‖ of(1) ‖ number(1) ‖ set(2) ‖ root tag(3) ‖ share of the seed(32) ‖ checksum(3)
 *
 * number: 1 to of, the place at which the polynomials were evaluated; set: drawn for each splitting, whose shares do
 * not fit others; root tag: begins BLAKE2b-256("zuruf-root-tag-v1" ‖ root key); checksum: likewise of
 * "zuruf-root-share-v1" ‖ all before it. */
#pragma once
#include "core/crypto.h"

#define SHARES_MAX 32
#define SHARE_WORDS 32
#define SHARE_SEED_SIZE 32

struct share {
    uint8_t need, of, number;
    uint8_t set[2];
    uint8_t root_tag[3];
    uint8_t part[SHARE_SEED_SIZE];
};

/* Fills ret[0 … of-1]; wipe them.  2 ≤ need ≤ of ≤ SHARES_MAX. */
void shares_split(const uint8_t seed[SHARE_SEED_SIZE], unsigned of, unsigned need, struct share *ret);

/* Appends the words, joined by "-". */
void share_encode(const struct share *share, struct buffer *out);
/* ERR_MALFORMED: the checksum does not fit, so a word is wrong or two are swapped; ERR_NEEDS_NEWER. */
MUST_USE enum error share_decode(const uint16_t words[SHARE_WORDS], struct share *ret);

/* OK: `share` goes with the `count` before it.  ERR_OTHER_ROOT: it is of another key; ERR_VERSION: of another
 * splitting; ERR_EXISTS: it is there already. */
MUST_USE enum error shares_check(const struct share *shares, size_t count, const struct share *share);
/* From as many as they need, which shares_check() let pass.  ERR_CORRUPT: what comes out is not the key they tell of.
 */
MUST_USE enum error shares_join(const struct share *shares, uint8_t ret_seed[SHARE_SEED_SIZE]);
