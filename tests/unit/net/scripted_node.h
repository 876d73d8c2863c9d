/* SPDX-License-Identifier: MIT
 * A node for the runtime's tests that does what a test scripts, in place of core/node.c, and a journal whose batches
 * become durable when the test says so, told from another thread as the real one does. */
#pragma once
#include "core/base/alloc.h"
#include "loop_help.h"
#include <pthread.h>
#include <stdlib.h>

#define SEEN_MAX 1024

struct seen {
    enum event_type type;
    uint64_t link, dial, mono_ms;
    enum error reason;
    struct persisted persisted;
    struct address address;
    size_t size;
    uint64_t free_disk;
    uint8_t random[32];
    enum command_type command;
    uint64_t command_id;
};

struct node {
    void (*script)(struct node *node, const struct event *event, struct effects *effects);
    struct seen seen[SEEN_MAX];
    size_t count;
    uint64_t last_batch;
    struct batch *batches[64]; /* by id, until the end */
};

/* ---------------------------------------------------------------- what a script does */

static inline struct effect *add_effect(struct effects *effects, enum effect_type type)
{
    if (effects->count == effects->capacity) {
        effects->capacity = effects->capacity ? effects->capacity * 2 : 8;
        effects->items = alloc_grow(effects->items, effects->capacity, sizeof *effects->items);
    }
    struct effect *effect = &effects->items[effects->count++];
    *effect = (struct effect){.type = type};
    return effect;
}

static inline void do_send_bytes(struct effects *effects, uint64_t link, uint64_t after, struct bytes bytes)
{
    struct effect *effect = add_effect(effects, EFFECT_SEND);

    effect->link = link;
    effect->after = after;
    effect->at = effects->arena.size;
    effect->size = bytes.size;
    buffer_append(&effects->arena, bytes);
}

static inline void do_send(struct effects *effects, uint64_t link, uint64_t after, const char *text)
{
    do_send_bytes(effects, link, after, BYTES_TEXT(text));
}

static inline uint64_t do_persist(struct node *node, struct effects *effects, size_t size)
{
    struct batch *batch = alloc_zero(1, sizeof *batch);

    batch->id = ++node->last_batch;
    assert_true(batch->id < 64);
    buffer_extend(&batch->arena, size);
    node->batches[batch->id] = batch;
    add_effect(effects, EFFECT_PERSIST)->batch = batch;
    return batch->id;
}

static inline void do_reply(struct effects *effects, uint64_t command, uint64_t after)
{
    struct effect *effect = add_effect(effects, EFFECT_REPLY);
    effect->command = command;
    effect->after = after;
}

static inline void do_notify(struct effects *effects, uint64_t seq, uint64_t after)
{
    struct effect *effect = add_effect(effects, EFFECT_NOTIFY);
    effect->notice.seq = seq;
    effect->after = after;
}

static inline void do_wake(struct effects *effects, uint64_t wake_ms)
{
    add_effect(effects, EFFECT_WAKE)->wake_ms = wake_ms;
}

static inline void node_done(struct node *node)
{
    for (size_t i = 0; i < 64; i++) {
        if (!node->batches[i])
            continue;
        buffer_done(&node->batches[i]->arena);
        free(node->batches[i]);
    }
}

/* ---------------------------------------------------------------- the journal */

struct scripted_journal {
    pthread_mutex_t lock;
    uint64_t waiting[64];
    size_t waiting_count;
    struct persisted results[64];
    size_t result_count;
    void (*wake)(void *arg);
    void *arg;
    struct journal table;
    struct storage storage;
    size_t space_asked;
    size_t reads_ended;
    uint64_t pinned_ms; /* by process 4711 */
};

static inline void journal_submit(void *ctx, const struct batch *batch)
{
    struct scripted_journal *journal = ctx;
    pthread_mutex_lock(&journal->lock);
    journal->waiting[journal->waiting_count++] = batch->id;
    pthread_mutex_unlock(&journal->lock);
}

static inline size_t journal_collect(void *ctx, struct persisted *ret, size_t most)
{
    struct scripted_journal *journal = ctx;

    pthread_mutex_lock(&journal->lock);
    size_t count = journal->result_count < most ? journal->result_count : most;
    memcpy(ret, journal->results, count * sizeof *ret);
    journal->result_count -= count;
    memmove(journal->results, journal->results + count, journal->result_count * sizeof *ret);
    pthread_mutex_unlock(&journal->lock);
    return count;
}

static inline void journal_set_wakeup(void *ctx, void (*wake)(void *arg), void *arg)
{
    struct scripted_journal *journal = ctx;
    pthread_mutex_lock(&journal->lock);
    journal->wake = wake;
    journal->arg = arg;
    pthread_mutex_unlock(&journal->lock);
}

static inline void journal_space(void *ctx, uint64_t *ret_free, uint64_t *ret_total)
{
    struct scripted_journal *journal = ctx;
    journal->space_asked++;
    *ret_free = 1000 + journal->space_asked;
    *ret_total = 5000;
}

static inline uint64_t journal_pinned_ms(void *ctx, uint64_t *ret_process)
{
    const struct scripted_journal *journal = ctx;
    *ret_process = 4711;
    return journal->pinned_ms;
}

static inline void storage_end(void *ctx)
{
    struct scripted_journal *journal = ctx;
    journal->reads_ended++;
}

static inline void journal_init(struct scripted_journal *journal)
{
    *journal = (struct scripted_journal){.lock = PTHREAD_MUTEX_INITIALIZER};
    journal->table = (struct journal){.ctx = journal,
                                      .submit = journal_submit,
                                      .collect = journal_collect,
                                      .set_wakeup = journal_set_wakeup,
                                      .space = journal_space,
                                      .pinned_ms = journal_pinned_ms};
    journal->storage = (struct storage){.ctx = journal, .end = storage_end};
}

struct settling {
    struct scripted_journal *journal;
    size_t count;
    enum error result;
};

static inline void *settle_on_thread(void *arg)
{
    struct settling *settling = arg;
    struct scripted_journal *journal = settling->journal;

    pthread_mutex_lock(&journal->lock);
    assert_true(settling->count <= journal->waiting_count);
    for (size_t i = 0; i < settling->count; i++)
        journal->results[journal->result_count++] = (struct persisted){journal->waiting[i], settling->result};
    journal->waiting_count -= settling->count;
    memmove(journal->waiting, journal->waiting + settling->count, journal->waiting_count * sizeof *journal->waiting);
    if (journal->wake)
        journal->wake(journal->arg);
    pthread_mutex_unlock(&journal->lock);
    return NULL;
}

/* The oldest `count` batches get this result, on a thread of its own. */
static inline void journal_settle(struct scripted_journal *journal, size_t count, enum error result)
{
    struct settling settling = {journal, count, result};
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, settle_on_thread, &settling), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}
