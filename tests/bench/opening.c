/* SPDX-License-Identifier: MIT
 * Opening sealed messages for reading: what the node does with each entry that somebody looks at, beside opening its
 * ciphertext alone. */
#include "bench.h"
#include "core/base/alloc.h"
#include "core/entry/payload.h"
#include "core/keys/keys.h"
#include "texts.h"
#include <stdlib.h>

#define MESSAGES 100000
#define EPOCHS 52 /* a year of them */

struct shelf {
    struct node node; /* only its chance is used */
    struct group group;
    struct texts texts;
    struct buffer arena; /* the entries, one after another */
    size_t *ends;
    size_t count;
};

static struct bytes wire_of(const struct shelf *shelf, size_t index)
{
    size_t begin = index ? shelf->ends[index - 1] : 0;

    return (struct bytes){shelf->arena.data + begin, shelf->ends[index] - begin};
}

static void write_message(struct shelf *shelf, const struct sign_secret *author, size_t index)
{
    const struct epoch_key *key = &shelf->group.keys[index * EPOCHS / shelf->count];
    struct message_content content = {.text = texts_words(&shelf->texts, index)};
    struct entry entry = {.type = ENTRY_MESSAGE, .seq = index + 1, .hlc = index + 1, .epoch = key->id};
    struct buffer plain = {0}, sealed = {0};

    message_content_encode(&content, &plain);
    keys_seal(&shelf->node, key, &entry, buffer_bytes(&plain), &sealed);
    entry.payload = buffer_bytes(&sealed);
    if (entry_encode(&entry, author, &shelf->arena, &shelf->group.id) != OK)
        die("a message cannot be written");
    shelf->ends[index] = shelf->arena.size;
    buffer_done(&plain);
    buffer_done(&sealed);
}

static void fill(struct shelf *shelf, size_t count)
{
    static const uint8_t seed[32] = {3};
    struct sign_public public;
    struct sign_secret author;

    shelf->count = count;
    shelf->ends = alloc_zero(count, sizeof *shelf->ends);
    texts_init(&shelf->texts, count);
    crypto_sign_keypair_from(seed, &public, &author);
    for (uint64_t i = 0; i < EPOCHS; i++) {
        struct secret_key key;
        random_bytes(&shelf->node.random, &key, sizeof key);
        keys_restore(&shelf->group, &key, i, true);
    }
    for (size_t i = 0; i < count; i++)
        write_message(shelf, &author, i);
}

static double read_all(const struct shelf *shelf)
{
    struct buffer plain = {0};
    uint64_t start = now_ns();

    for (size_t i = 0; i < shelf->count; i++) {
        struct entry entry;
        struct message_content content;
        plain.size = 0;
        if (entry_decode(wire_of(shelf, i), &entry) != OK || keys_open(&shelf->group, &entry, &plain) != OK ||
            message_content_decode(buffer_bytes(&plain), &content) != OK)
            die("a message does not open");
    }
    double rate = (double)shelf->count / seconds_since(start);
    buffer_done(&plain);
    return rate;
}

/* The same ciphertexts, with the associated data they are bound to, under keys that are at hand. */
struct bare {
    struct bytes sealed, ad;
    const struct secret_key *key;
};

static double open_all(const struct bare *bare, size_t count)
{
    struct buffer plain = {0};
    uint64_t start = now_ns();

    for (size_t i = 0; i < count; i++) {
        plain.size = 0;
        if (crypto_open(bare[i].key, bare[i].ad, bare[i].sealed, &plain) != OK)
            die("a ciphertext does not open");
    }
    double rate = (double)count / seconds_since(start);
    buffer_done(&plain);
    return rate;
}

static struct bare *strip(const struct shelf *shelf)
{
    struct bare *bare = alloc_zero(shelf->count, sizeof *bare);

    for (size_t i = 0; i < shelf->count; i++) {
        struct entry entry;
        if (entry_decode(wire_of(shelf, i), &entry) != OK)
            die("a message does not decode");
        bare[i] = (struct bare){entry.payload, entry.bound, &keys_find(&shelf->group, &entry.epoch)->key};
    }
    return bare;
}

void bench_opening(const struct bench *bench)
{
    static struct shelf shelf;
    struct samples rates = {0}, limits = {0};

    fill(&shelf, bench_size(bench, MESSAGES));
    struct bare *bare = strip(&shelf);
    for (size_t i = 0; i < BENCH_RUNS; i++) {
        samples_add(&rates, read_all(&shelf));
        samples_add(&limits, open_all(bare, shelf.count));
    }
    report_figure("opening", "messages/s", &rates, &limits,
                  shelf.texts.real ? "real texts, 52 epochs; yardstick: XChaCha20-Poly1305 alone"
                                   : "generated texts, 52 epochs; yardstick: XChaCha20-Poly1305 alone");
    alloc_secret_free(shelf.group.keys);
    texts_done(&shelf.texts);
    buffer_done(&shelf.arena);
    free(shelf.ends);
    free(bare);
}
