/* SPDX-License-Identifier: MIT */
#include "shares.h"
#include "core/base/words.h"
#include <assert.h>
#include <libgfshare.h>
#include <stdlib.h>
#include <sys/random.h>

#define VERSION 1
#define PART_AT 9
#define CHECK_AT (PART_AT + SHARE_SEED_SIZE)
#define CHECK_SIZE 3
#define SHARE_SIZE (CHECK_AT + CHECK_SIZE)

static_assert(SHARE_SIZE * 8 == SHARE_WORDS * 11, "a share fills its words");

static void draw(unsigned char *out, unsigned size)
{
    if (getrandom(out, size, 0) != (ssize_t)size)
        abort();
}

static void tag_of(const uint8_t seed[SHARE_SEED_SIZE], uint8_t ret[3])
{
    struct sign_public root;
    struct sign_secret secret;
    struct hash hash;

    crypto_sign_keypair_from(seed, &root, &secret);
    crypto_wipe(&secret, sizeof secret);
    const struct bytes parts[] = {BYTES_TEXT("zuruf-root-tag-v1"), BYTES_OF(root.bytes)};
    crypto_hash_parts(parts, 2, &hash);
    memcpy(ret, hash.bytes, 3);
}

void shares_split(const uint8_t seed[SHARE_SEED_SIZE], unsigned of, unsigned need, struct share *ret)
{
    unsigned char numbers[SHARES_MAX], secret[SHARE_SEED_SIZE], set[2];

    assert(need >= 2 && need <= of && of <= SHARES_MAX);
    for (unsigned i = 0; i < of; i++)
        numbers[i] = (unsigned char)(i + 1);
    gfshare_fill_rand = draw;
    draw(set, sizeof set);
    memcpy(secret, seed, sizeof secret);
    gfshare_ctx *context = gfshare_ctx_init_enc(numbers, of, (unsigned char)need, sizeof secret);
    if (!context)
        abort();
    gfshare_ctx_enc_setsecret(context, secret);
    crypto_wipe(secret, sizeof secret);
    for (unsigned i = 0; i < of; i++) {
        ret[i] = (struct share){.need = (uint8_t)need, .of = (uint8_t)of, .number = numbers[i]};
        memcpy(ret[i].set, set, sizeof set);
        tag_of(seed, ret[i].root_tag);
        gfshare_ctx_enc_getshare(context, (unsigned char)i, ret[i].part);
    }
    gfshare_ctx_free(context); /* which overwrites its memory */
}

/* ---------------------------------------------------------------- as words */

static void checksum(const uint8_t data[SHARE_SIZE], uint8_t ret[CHECK_SIZE])
{
    const struct bytes parts[] = {BYTES_TEXT("zuruf-root-share-v1"), {data, CHECK_AT}};
    struct hash hash;

    crypto_hash_parts(parts, 2, &hash);
    memcpy(ret, hash.bytes, CHECK_SIZE);
}

void share_encode(const struct share *share, struct buffer *out)
{
    uint8_t data[SHARE_SIZE] = {VERSION, share->need, share->of, share->number, share->set[0], share->set[1]};

    memcpy(data + 6, share->root_tag, sizeof share->root_tag);
    memcpy(data + PART_AT, share->part, sizeof share->part);
    checksum(data, data + CHECK_AT);
    words_encode(BYTES_OF(data), out);
    crypto_wipe(data, sizeof data);
}

static enum error read_share(const uint8_t data[SHARE_SIZE], struct share *ret)
{
    uint8_t check[CHECK_SIZE];

    checksum(data, check);
    if (memcmp(check, data + CHECK_AT, sizeof check) != 0)
        return ERR_MALFORMED;
    if (data[0] != VERSION)
        return ERR_NEEDS_NEWER;
    struct share share = {.need = data[1], .of = data[2], .number = data[3], .set = {data[4], data[5]}};
    if (share.need < 2 || share.need > share.of || share.of > SHARES_MAX || share.number < 1 || share.number > share.of)
        return ERR_MALFORMED;
    memcpy(share.root_tag, data + 6, sizeof share.root_tag);
    memcpy(share.part, data + PART_AT, sizeof share.part);
    *ret = share;
    crypto_wipe(&share, sizeof share);
    return OK;
}

enum error share_decode(const uint16_t words[SHARE_WORDS], struct share *ret)
{
    struct buffer data = {0};

    words_decode(words, SHARE_WORDS, &data);
    enum error err = read_share(data.data, ret);
    buffer_wipe(&data);
    return err;
}

/* ---------------------------------------------------------------- together */

enum error shares_check(const struct share *shares, size_t count, const struct share *share)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(shares[i].root_tag, share->root_tag, sizeof share->root_tag) != 0)
            return ERR_OTHER_ROOT;
        if (memcmp(shares[i].set, share->set, sizeof share->set) != 0 || shares[i].need != share->need ||
            shares[i].of != share->of)
            return ERR_VERSION;
        if (shares[i].number == share->number)
            return ERR_EXISTS;
    }
    return OK;
}

enum error shares_join(const struct share *shares, uint8_t ret_seed[SHARE_SEED_SIZE])
{
    unsigned char numbers[SHARES_MAX];
    unsigned need = shares[0].need;
    uint8_t tag[sizeof shares->root_tag];

    for (unsigned i = 0; i < need; i++)
        numbers[i] = shares[i].number;
    gfshare_fill_rand = draw;
    gfshare_ctx *context = gfshare_ctx_init_dec(numbers, need, SHARE_SEED_SIZE);
    if (!context)
        abort();
    for (unsigned i = 0; i < need; i++) {
        struct share share = shares[i];
        gfshare_ctx_dec_giveshare(context, (unsigned char)i, share.part);
        crypto_wipe(&share, sizeof share);
    }
    gfshare_ctx_dec_extract(context, ret_seed);
    gfshare_ctx_free(context);
    tag_of(ret_seed, tag);
    return memcmp(tag, shares[0].root_tag, sizeof tag) == 0 ? OK : ERR_CORRUPT;
}
