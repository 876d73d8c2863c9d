/* SPDX-License-Identifier: MIT
 * What the store's tests share: fresh directories, made-up entries, batches and their results. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cbor.h"
#include "core/writing/batch.h"
#include "store/store.h"

#define WAIT_NS (UINT64_C(20) * 1000000000)
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static inline uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---------------------------------------------------------------- directories */

struct place {
    char directory[64];
};

static inline struct place place_new(void)
{
    struct place place = {.directory = "/tmp/zuruf-store-XXXXXX"};
    assert_non_null(mkdtemp(place.directory));
    return place;
}

static inline void path_in(const char *directory, const char *name, char out[128])
{
    assert_true(snprintf(out, 128, "%s/%s", directory, name) < 128);
}

/* Removes the files in a directory and then itself. */
static inline void remove_directory(const char *directory)
{
    DIR *files = opendir(directory);
    assert_non_null(files);
    for (const struct dirent *file; (file = readdir(files));)
        unlinkat(dirfd(files), file->d_name, 0);
    closedir(files);
    assert_int_equal(rmdir(directory), 0);
}

static inline void place_remove(const struct place *place)
{
    remove_directory(place->directory);
}

static inline void copy_file(const char *from_directory, const char *to_directory, const char *name)
{
    char from[128], to[128];
    static uint8_t block[1 << 16];
    path_in(from_directory, name, from);
    path_in(to_directory, name, to);
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(in >= 0 && out >= 0);
    for (ssize_t got; (got = read(in, block, sizeof block)) > 0;)
        assert_int_equal(write(out, block, (size_t)got), got);
    close(in);
    close(out);
}

static inline struct store *open_with(const struct store_options *options)
{
    struct store *store = NULL;
    assert_int_equal(crypto_init(), OK);
    assert_int_equal(store_open(options, &store), OK);
    return store;
}

static inline struct store *open_in(const char *directory)
{
    return open_with(&(struct store_options){.directory = directory});
}

/* ---------------------------------------------------------------- entries */

static inline struct log_row make_log(uint32_t number, uint32_t group, enum log_kind kind)
{
    struct log_row row = {.number = number, .group = group, .name = {.kind = kind, .instance = 1}};
    put_u32(row.name.group.bytes, group);
    uint8_t seed[4];
    put_u32(seed, number);
    struct hash device;
    crypto_hash(BYTES_OF(seed), &device);
    memcpy(row.name.device.bytes, device.bytes, sizeof device.bytes);
    return row;
}

/* The wire of an entry whose header is right and whose signature is zeros, since the store looks at neither. */
static inline void make_wire(const struct entry *entry, size_t payload_size, struct buffer *out, struct hash *ret_id)
{
    static const struct signature no_signature;
    size_t start = out->size;
    write_array(out, 10);
    entry_associated_data(entry, out);
    write_uint(out, payload_size);
    write_bytes(out, BYTES_OF(entry->payload_hash.bytes));
    struct entry written = {.header = {out->data + start, out->size - start}};
    entry_id(&written, ret_id);
    buffer_append(out, BYTES_OF(no_signature.bytes));
    memset(buffer_extend(out, payload_size), 'm', payload_size);
}

/* Adds the next entry of `log` to the batch, with what `entry` says of hlc and deps. */
static inline void add_entry(struct batch *batch, struct log_row *log, struct entry entry, uint32_t flags,
                             size_t payload_size)
{
    struct buffer wire = {0};
    entry.type = log->name.kind == KIND_CONTENT ? ENTRY_MESSAGE : ENTRY_ADD;
    log_name_id(&log->name, &entry.log);
    entry.seq = ++log->head_seq;
    entry.previous = log->head_id;
    log->head_hlc = entry.hlc;
    make_wire(&entry, payload_size, &wire, &log->head_id);
    batch_add_entry(batch, log->number, log->group, entry.seq, flags, buffer_bytes(&wire));
    batch_set_row(batch, log);
    buffer_done(&wire);
}

static inline void add_plain(struct batch *batch, struct log_row *log)
{
    add_entry(batch, log, (struct entry){.hlc = hlc_make(1000 + log->head_seq, 0)}, 0, 60);
}

/* ---------------------------------------------------------------- results */

static inline struct persisted wait_result(struct store *store)
{
    const struct journal *journal = store_journal(store);
    struct persisted result = {0};
    uint64_t end = now_ns() + WAIT_NS;
    while (journal->collect(journal->ctx, &result, 1) == 0) {
        assert_true(now_ns() < end);
        usleep(20);
    }
    return result;
}

static inline void submit(struct store *store, const struct batch *batch)
{
    const struct journal *journal = store_journal(store);
    journal->submit(journal->ctx, batch);
}

/* Submits, waits for OK, frees the batch. */
static inline void commit(struct store *store, struct batch *batch)
{
    submit(store, batch);
    struct persisted result = wait_result(store);
    assert_int_equal(result.result, OK);
    assert_int_equal(result.batch, batch->id);
    batch_free(batch);
}

static inline void wait_for_order(struct store *store)
{
    const struct storage *storage = store_storage(store);
    uint64_t end = now_ns() + WAIT_NS;
    while (storage->order_progress(storage->ctx) != storage->last_arrival(storage->ctx)) {
        assert_true(now_ns() < end);
        usleep(200);
    }
}
