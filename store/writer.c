/* SPDX-License-Identifier: MIT */
#include "writer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/alloc.h"
#include "fifo.h"

#define GROUP_ENTRIES 10000
#define GROUP_BYTES (4u << 20)
#define GROUP_BATCHES 4096
#define NS_PER_MS UINT64_C(1000000)
#define SPIN_NS UINT64_C(50000)          /* a look-out for the next batch: shorter than falling asleep */
#define ORDER_IDLE_NS (10 * NS_PER_MS)   /* no catching up in the gaps of a sync that runs */
#define HERE_NS (600 * NS_PER_MS / 1000) /* a commit that the loop can wait for */
#define HERE_BYTES (32u << 10)
#define HERE_BATCHES 64
#define LINEAGE_EVERY_NS (1000 * NS_PER_MS)
#define LINEAGE_LATE_NS (2000 * NS_PER_MS) /* it waits for a moment without entries, but not longer */
#define RETRY_NS (1000 * NS_PER_MS)        /* after the order or the lineage file met a full disk */

struct writer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    /* under the lock */
    struct fifo queue;   /* of const struct batch * */
    struct fifo results; /* of struct persisted */
    bool stopping;
    bool at_work; /* somebody uses what is the worker's: the thread, or the loop in writer_commit_here() */
    bool asleep;  /* the thread, until something is queued */
    /* A batch failed and the loop has not been told yet: what it submits meanwhile was built on that one. */
    enum error failing;
    atomic_size_t queued; /* of the queue, to be looked at without the lock */

    pthread_mutex_t wake_lock; /* held during the call, so that who takes the wake-up away is not called any more */
    void (*wake)(void *arg);
    void *wake_arg;

    /* the worker's own */
    struct committer committer;
    struct lineage *lineage;
    const struct batch *taken[GROUP_BATCHES];
    size_t taken_count;
    _Atomic uint64_t last_commit; /* monotonic ns */
    uint64_t commit_ns;           /* what a commit takes lately */
    uint64_t lineage_after;       /* not before then */
    uint64_t order_after;
};

static uint64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 * NS_PER_MS + (uint64_t)now.tv_nsec;
}

static void wake_loop(struct writer *writer)
{
    pthread_mutex_lock(&writer->wake_lock);
    if (writer->wake)
        writer->wake(writer->wake_arg);
    pthread_mutex_unlock(&writer->wake_lock);
}

/* ---------------------------------------------------------------- the loop's side */

void writer_submit(struct writer *writer, const struct batch *batch)
{
    pthread_mutex_lock(&writer->lock);
    enum error failing = writer->failing;
    if (failing) {
        fifo_push(&writer->results, &(struct persisted){batch->id, failing});
    } else {
        fifo_push(&writer->queue, &batch);
        atomic_fetch_add(&writer->queued, 1);
    }
    pthread_mutex_unlock(&writer->lock);
    if (failing)
        wake_loop(writer);
    else
        pthread_cond_signal(&writer->moved); /* after the lock is free, or the woken thread would wait for it */
}

size_t writer_collect(struct writer *writer, struct persisted *ret, size_t most)
{
    size_t count = 0;
    pthread_mutex_lock(&writer->lock);
    const struct persisted *result;
    while (count < most && (result = fifo_first(&writer->results))) {
        ret[count++] = *result;
        if (result->result != OK)
            writer->failing = OK; /* now it knows */
        fifo_pop(&writer->results);
    }
    pthread_mutex_unlock(&writer->lock);
    return count;
}

void writer_set_wakeup(struct writer *writer, void (*wake)(void *arg), void *arg)
{
    pthread_mutex_lock(&writer->wake_lock);
    writer->wake = wake;
    writer->wake_arg = arg;
    pthread_mutex_unlock(&writer->wake_lock);

    pthread_mutex_lock(&writer->lock);
    bool due = writer->results.count > 0;
    pthread_mutex_unlock(&writer->lock);
    if (due)
        wake_loop(writer);
}

/* ---------------------------------------------------------------- committing */

/* Takes what one transaction may hold; with the lock. */
static void take_group(struct writer *writer)
{
    size_t entries = 0, bytes = 0;
    const struct batch **first;
    writer->taken_count = 0;
    while (writer->taken_count < GROUP_BATCHES && (first = fifo_first(&writer->queue))) {
        entries += (*first)->entry_count;
        bytes += (*first)->arena.size;
        if (writer->taken_count > 0 && (entries > GROUP_ENTRIES || bytes > GROUP_BYTES))
            break;
        writer->taken[writer->taken_count++] = *first;
        fifo_pop(&writer->queue);
    }
    atomic_fetch_sub(&writer->queued, writer->taken_count);
}

/* All that is queued hangs on what failed; with the lock. */
static void fail_queued(struct writer *writer, enum error err)
{
    const struct batch **first;
    writer->failing = err;
    while ((first = fifo_first(&writer->queue))) {
        fifo_push(&writer->results, &(struct persisted){(*first)->id, err});
        fifo_pop(&writer->queue);
    }
    atomic_store(&writer->queued, 0);
}

/* Commits what was taken; then the worker rests. */
static void commit_taken(struct writer *writer)
{
    uint64_t begun = monotonic_ns();
    enum error err = commit_batches(&writer->committer, writer->taken, writer->taken_count);
    if (err && err != ERR_DISK_FULL && err != ERR_USAGE)
        err = ERR_DISK;
    writer->last_commit = monotonic_ns();
    writer->commit_ns = (3 * writer->commit_ns + writer->last_commit - begun) / 4;

    pthread_mutex_lock(&writer->lock);
    for (size_t i = 0; i < writer->taken_count; i++)
        fifo_push(&writer->results, &(struct persisted){writer->taken[i]->id, err});
    if (err)
        fail_queued(writer, err);
    writer->at_work = false;
    pthread_mutex_unlock(&writer->lock);
}

static size_t size_of(const struct batch *const *batches, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += batches[i]->arena.size;
    return size;
}

bool writer_commit_here(struct writer *writer, const struct batch *const *batches, size_t count)
{
    if (count > HERE_BATCHES || size_of(batches, count) > HERE_BYTES)
        return false;
    pthread_mutex_lock(&writer->lock);
    bool here = !writer->at_work && !writer->failing && !writer->stopping && writer->queue.count == 0 &&
                writer->commit_ns < HERE_NS;
    if (here) {
        writer->at_work = true;
        memcpy(writer->taken, batches, count * sizeof *batches);
        writer->taken_count = count;
    }
    pthread_mutex_unlock(&writer->lock);
    if (!here)
        return false;
    commit_taken(writer);
    pthread_mutex_lock(&writer->lock);
    bool asleep = writer->asleep;
    pthread_mutex_unlock(&writer->lock);
    if (asleep)
        pthread_cond_signal(&writer->moved); /* the lineage file may be due some time from now */
    return true;
}

static bool is_wanted(void *arg)
{
    struct writer *writer = arg;
    return atomic_load(&writer->queued) > 0;
}

static void catch_up_order(struct writer *writer)
{
    if (commit_order(&writer->committer, is_wanted, writer))
        writer->order_after = monotonic_ns() + RETRY_NS;
}

static bool lineage_is_due(const struct writer *writer)
{
    const struct committer *committer = &writer->committer;
    return committer->loaded && !lineage_is_written(writer->lineage, &committer->ledger.own);
}

static void write_lineage(struct writer *writer)
{
    /* A failure is tried again with the next turn: a file that is behind is the normal case. */
    enum error err = lineage_write(writer->lineage, &writer->committer.ledger.own);
    writer->lineage_after = monotonic_ns() + (err ? RETRY_NS : LINEAGE_EVERY_NS);
}

/* ---------------------------------------------------------------- the thread */

enum work { WORK_COMMIT, WORK_ORDER, WORK_LINEAGE, WORK_STOP, WORK_WAIT };

/* What to do next; for WORK_WAIT until when.  With the lock. */
static enum work choose(struct writer *writer, uint64_t now, uint64_t *ret_until)
{
    uint64_t until = UINT64_MAX;
    bool due = lineage_is_due(writer);
    if (due && now >= writer->lineage_after + LINEAGE_LATE_NS)
        return WORK_LINEAGE;
    if (writer->queue.count > 0) {
        take_group(writer);
        return WORK_COMMIT;
    }
    if (due && now >= writer->lineage_after)
        return WORK_LINEAGE;
    until = due ? writer->lineage_after : until;
    if (writer->stopping)
        return WORK_STOP;
    if (commit_order_is_behind(&writer->committer)) {
        uint64_t idle = writer->last_commit + ORDER_IDLE_NS;
        uint64_t from = idle > writer->order_after ? idle : writer->order_after;
        if (now >= from)
            return WORK_ORDER;
        until = from < until ? from : until;
    }
    *ret_until = until;
    return WORK_WAIT;
}

static void sleep_until(struct writer *writer, uint64_t until)
{
    if (until == UINT64_MAX) {
        writer->asleep = true;
        pthread_cond_wait(&writer->moved, &writer->lock);
        writer->asleep = false;
        return;
    }
    struct timespec at = {.tv_sec = (time_t)(until / (1000 * NS_PER_MS)),
                          .tv_nsec = (long)(until % (1000 * NS_PER_MS))};
    pthread_cond_timedwait(&writer->moved, &writer->lock, &at);
}

/* A sleeper is woken too late by about a fifth of a commit, so the queue is watched for a moment first. */
static void look_out(struct writer *writer)
{
    uint64_t end = writer->last_commit + SPIN_NS;
    while (atomic_load(&writer->queued) == 0 && monotonic_ns() < end)
        ;
}

static enum work next_work(struct writer *writer)
{
    enum work work;
    uint64_t until = 0;
    look_out(writer);
    pthread_mutex_lock(&writer->lock);
    while (writer->at_work || (work = choose(writer, monotonic_ns(), &until)) == WORK_WAIT)
        sleep_until(writer, writer->at_work ? UINT64_MAX : until);
    writer->at_work = true;
    pthread_mutex_unlock(&writer->lock);
    return work;
}

static void rest(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->at_work = false;
    pthread_mutex_unlock(&writer->lock);
}

static void *run(void *arg)
{
    struct writer *writer = arg;
    for (;;) {
        switch (next_work(writer)) {
        case WORK_COMMIT:
            commit_taken(writer);
            wake_loop(writer);
            break;
        case WORK_ORDER:
            catch_up_order(writer);
            rest(writer);
            break;
        case WORK_LINEAGE:
            write_lineage(writer);
            rest(writer);
            break;
        case WORK_STOP:
            if (lineage_is_due(writer))
                write_lineage(writer);
            return NULL;
        case WORK_WAIT:
            break;
        }
    }
}

/* ---------------------------------------------------------------- start and stop */

static void init_locks(struct writer *writer)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&writer->lock, NULL);
    pthread_mutex_init(&writer->wake_lock, NULL);
    pthread_cond_init(&writer->moved, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void writer_free(struct writer *writer)
{
    pthread_cond_destroy(&writer->moved);
    pthread_mutex_destroy(&writer->wake_lock);
    pthread_mutex_destroy(&writer->lock);
    fifo_done(&writer->queue);
    fifo_done(&writer->results);
    commit_done(&writer->committer);
    free(writer);
}

enum error writer_start(struct db *db, struct lineage *lineage, bool rebuild_views, struct writer **ret)
{
    struct writer *writer = alloc_zero(1, sizeof *writer);
    writer->queue.item_size = sizeof(const struct batch *);
    writer->results.item_size = sizeof(struct persisted);
    writer->lineage = lineage;
    init_locks(writer);
    enum error err = commit_init(&writer->committer, db, rebuild_views);
    if (!err && pthread_create(&writer->thread, NULL, run, writer) != 0)
        err = ERR_LIMIT;
    if (err) {
        writer_free(writer);
        return err;
    }
    *ret = writer;
    return OK;
}

void writer_stop(struct writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->moved);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    writer_free(writer);
}
