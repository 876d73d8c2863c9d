/* SPDX-License-Identifier: MIT
 * Epoch keys: how far back somebody new can read, and what others can make a computer keep. */
#include "core/keys/keys.h"
#include "founding.h"
#include <stdlib.h>

#define EPOCHS 2000
#define LISTED 64
#define HELD_MAX 16384
#define LOOSE_MAX 1024

/* EPOCHs of one log, as they lie in storage. */
struct shelf {
    struct buffer *wires; /* by seq - 1 */
    size_t count;
};

static enum error begin(void *ctx)
{
    (void)ctx;
    return OK;
}

static enum error get_entry(void *ctx, uint32_t log, uint64_t seq, struct stored_entry *ret)
{
    struct shelf *shelf = ctx;
    if (seq == 0 || seq > shelf->count)
        return ERR_NOT_FOUND;
    *ret = (struct stored_entry){.log = log, .seq = seq, .wire = buffer_bytes(&shelf->wires[seq - 1])};
    return OK;
}

/* A computer, and a log that others write. */
struct bench {
    struct sign_secret author;
    struct shelf shelf;
    struct storage storage;
    struct effects effects;
    struct event event;
    struct group group;
    struct log log;
    struct node node;
};

static struct bench *bench_new(void)
{
    static const uint8_t seed[32] = {5};
    struct sign_public device;
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->shelf.wires = calloc(HELD_MAX + EPOCHS, sizeof *bench->shelf.wires);
    assert_non_null(bench->shelf.wires);
    bench->storage = (struct storage){.ctx = &bench->shelf, .begin = begin, .get_entry = get_entry};
    bench->group.number = 1;
    bench->log = (struct log){.group = &bench->group, .row.number = 1};
    bench->node = (struct node){.storage = &bench->storage, .effects = &bench->effects, .event = &bench->event};
    crypto_sign_keypair_from(seed, &device, &bench->author);
    crypto_dh_keypair_from(seed, &bench->node.identity.box, &bench->node.identity.box_secret);
    return bench;
}

static void bench_free(struct bench *bench)
{
    for (size_t i = 0; i < bench->shelf.count; i++)
        buffer_done(&bench->shelf.wires[i]);
    free(bench->shelf.wires);
    batch_free(bench->node.batch);
    keys_done(&bench->group);
    effects_done(&bench->effects);
    free(bench);
}

/* The key of an epoch of that number; `family` tells those of different tales apart. */
static struct secret_key key_number(uint64_t number, uint8_t family)
{
    struct secret_key key = {{0}};
    put_u64(key.bytes, number);
    key.bytes[8] = family;
    return key;
}

static bool holds(const struct bench *bench, uint64_t number, uint8_t family, uint64_t height)
{
    struct epoch_id id;
    struct secret_key key = key_number(number, family);
    epoch_key_id(&bench->group.id, &key, &id);
    const struct epoch_key *held = keys_find(&bench->group, &id);
    return held && held->height == height;
}

static void ephemeral_pair(struct dh_public *ret_public, struct dh_secret *ret_secret)
{
    static const uint8_t seed[32] = {7};
    crypto_dh_keypair_from(seed, ret_public, ret_secret);
}

/* What it carries under its key: those listed. */
static void seal_list(const struct bench *bench, const struct secret_key *key, struct bytes superseded,
                      struct buffer *out)
{
    static const uint8_t nonce[SEALED_NONCE_SIZE];
    struct epoch_secrets secrets = {.superseded = superseded};
    struct buffer plain = {0};
    epoch_secrets_encode(&secrets, &plain);
    crypto_seal(key, nonce, BYTES_OF(bench->group.id.bytes), buffer_bytes(&plain), out);
    buffer_done(&plain);
}

/* The next entry of the log: an EPOCH of that key and height, to this computer or to nobody. */
static void write_epoch(struct bench *bench, const struct secret_key *key, uint64_t height, struct bytes superseded,
                        bool for_us)
{
    struct epoch epoch = {.height = height};
    struct dh_secret secret;
    struct buffer records = {0}, sealed = {0}, payload = {0};
    struct hash id;
    ephemeral_pair(&epoch.ephemeral, &secret);
    epoch_key_id(&bench->group.id, key, &epoch.id);
    if (for_us)
        box_record_append(&secret, &epoch.ephemeral, &bench->node.identity.box, key, &records);
    seal_list(bench, key, superseded, &sealed);
    epoch.records = buffer_bytes(&records);
    epoch.sealed = buffer_bytes(&sealed);
    epoch_encode(&epoch, &payload);
    struct entry entry = {.type = ENTRY_EPOCH, .seq = bench->shelf.count + 1, .payload = buffer_bytes(&payload)};
    assert_int_equal(entry_encode(&entry, &bench->author, &bench->shelf.wires[bench->shelf.count++], &id), OK);
    bench->log.row.head_seq = bench->log.durable_seq = entry.seq;
    keys_note(&bench->node, &bench->log, &entry);
    buffer_done(&records);
    buffer_done(&sealed);
    buffer_done(&payload);
}

/* Epoch `height` of the office: it lists the keys just before it. */
static void write_next(struct bench *bench, uint64_t height, bool for_us)
{
    struct secret_key key = key_number(height, 0);
    struct buffer superseded = {0};
    for (uint64_t before = height - 1; before > 0 && before + LISTED >= height; before--) {
        struct secret_key older = key_number(before, 0);
        buffer_append(&superseded, BYTES_OF(older.bytes));
    }
    write_epoch(bench, &key, height, buffer_bytes(&superseded), for_us);
    buffer_done(&superseded);
}

static void share(struct bench *bench, uint64_t height)
{
    struct secret_key key = key_number(height, 0);
    struct keyshare share = {.height = height};
    struct dh_secret secret;
    struct buffer records = {0}, payload = {0};
    ephemeral_pair(&share.ephemeral, &secret);
    epoch_key_id(&bench->group.id, &key, &share.epoch);
    box_record_append(&secret, &share.ephemeral, &bench->node.identity.box, &key, &records);
    share.records = buffer_bytes(&records);
    keyshare_encode(&share, &payload);
    struct entry entry = {.type = ENTRY_KEYSHARE, .payload = buffer_bytes(&payload)};
    keys_note(&bench->node, &bench->log, &entry);
    buffer_done(&records);
    buffer_done(&payload);
}

/* ---------------------------------------------------------------- tests */

static void who_is_given_the_newest_key_opens_all_that_came_before(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    for (uint64_t height = 1; height <= EPOCHS; height++)
        write_next(bench, height, false);
    assert_int_equal(bench->group.key_count, 0);
    share(bench, EPOCHS);
    assert_int_equal(bench->group.key_count, EPOCHS);
    for (uint64_t height = 1; height <= EPOCHS; height++)
        assert_true(holds(bench, height, 0, height));
    assert_int_equal(keys_newest(&bench->group)->height, EPOCHS);
    bench_free(bench);
}

static void who_was_there_all_the_time_holds_them_too(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    for (uint64_t height = 1; height <= EPOCHS; height++)
        write_next(bench, height, true);
    assert_int_equal(bench->group.key_count, EPOCHS);
    assert_int_equal(bench->group.loose_keys, 0);
    assert_true(holds(bench, 1, 0, 1) && holds(bench, EPOCHS, 0, EPOCHS));
    bench_free(bench);
}

/* Lists of keys that nobody uses fill only so much, and keep nobody from the keys of the office. */
static void keys_that_are_only_said_to_be_some_are_few(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    struct buffer junk = {0};
    uint64_t next = 1;
    for (uint64_t height = 1; height <= 100; height++) {
        struct secret_key key = key_number(height, 1);
        junk.size = 0;
        for (int i = 0; i < 1000; i++) {
            struct secret_key nothing = key_number(next++, 2);
            buffer_append(&junk, BYTES_OF(nothing.bytes));
        }
        write_epoch(bench, &key, height, buffer_bytes(&junk), true);
    }
    assert_int_equal(bench->group.loose_keys, LOOSE_MAX);
    assert_int_equal(bench->group.key_count, LOOSE_MAX + 100);
    for (uint64_t height = 1; height <= 500; height++)
        write_next(bench, height, false);
    share(bench, 500);
    for (uint64_t height = 1; height <= 500; height++)
        assert_true(holds(bench, height, 0, height));
    buffer_done(&junk);
    bench_free(bench);
}

static void there_is_an_end_to_keys_and_the_lowest_goes_first(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    for (uint64_t height = 1; height <= HELD_MAX + 10; height++)
        write_next(bench, height, true);
    assert_int_equal(bench->group.key_count, HELD_MAX);
    assert_int_equal(keys_newest(&bench->group)->height, HELD_MAX + 10);
    for (uint64_t height = 1; height <= HELD_MAX + 10; height++)
        assert_int_equal(holds(bench, height, 0, height), height > 10);
    bench_free(bench);
}

/* A list that names the key of an EPOCH much higher than the one it stands in. */
static void nobody_is_lifted_by_a_list(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    struct secret_key high = key_number(1, 1), key = key_number(1, 2);
    write_epoch(bench, &high, UINT64_MAX / 2, (struct bytes){0}, false);
    write_epoch(bench, &key, 1, BYTES_OF(high.bytes), true);
    assert_true(holds(bench, 1, 1, 0));
    assert_int_equal(keys_newest(&bench->group)->height, 1);
    bench_free(bench);
}

static void share_history(struct founding *founding)
{
    const struct policy_change change = {.policy.share_history = true};
    struct buffer payload = {0};
    founding_begin(founding);
    founding_open(founding, &founding->group);
    founding_note(founding);
    policy_encode(&change, &payload);
    assert_int_equal(scribe_write(&founding->admin, &founding->roster, ENTRY_POLICY, buffer_bytes(&payload)), OK);
    assert_true(governance_policy(founding->roster.governance).share_history);
    buffer_done(&payload);
}

static void an_epoch_carries_the_newest_keys_and_no_more(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    struct founding founding;
    struct buffer payload = {0}, plain = {0};
    struct epoch epoch;
    struct epoch_secrets secrets;
    share_history(&founding);
    bench->group.id = founding.group;
    bench->group.roster = founding.roster;
    for (uint64_t height = 1; height <= 2000; height++) {
        struct secret_key key = key_number(height * 7919 % 2003, 0); /* in no order */
        keys_learn(&bench->node, &bench->group, &key, height * 7919 % 2003);
    }
    struct secret_key fresh = key_number(1, 3);
    keys_make_epoch(&bench->node, &bench->group, 2003, &fresh, &fresh, &payload);
    assert_int_equal(epoch_decode(buffer_bytes(&payload), &epoch), OK);
    assert_int_equal(crypto_open(&fresh, BYTES_OF(founding.group.bytes), epoch.sealed, &plain), OK);
    assert_int_equal(epoch_secrets_decode(buffer_bytes(&plain), &secrets), OK);
    assert_int_equal(secrets.superseded.size, LISTED * 32);
    assert_int_equal(get_u64(secrets.superseded.data), keys_newest(&bench->group)->height);
    for (size_t i = 1; i < LISTED; i++)
        assert_true(get_u64(secrets.superseded.data + 32 * i) < get_u64(secrets.superseded.data + 32 * (i - 1)));
    buffer_done(&payload);
    buffer_done(&plain);
    founding_done(&founding);
    bench_free(bench);
}

static int start_crypto(void **state)
{
    (void)state;
    return crypto_init() == OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_given_the_newest_key_opens_all_that_came_before),
        cmocka_unit_test(who_was_there_all_the_time_holds_them_too),
        cmocka_unit_test(keys_that_are_only_said_to_be_some_are_few),
        cmocka_unit_test(there_is_an_end_to_keys_and_the_lowest_goes_first),
        cmocka_unit_test(nobody_is_lifted_by_a_list),
        cmocka_unit_test(an_epoch_carries_the_newest_keys_and_no_more),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
