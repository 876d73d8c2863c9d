/* SPDX-License-Identifier: MIT */
#include "commit.h"

#include <sys/random.h>

#include "append.h"

#define ORDER_TOGETHER_MAX 256     /* entries of a commit that are put in order in the same one */
#define ORDER_TOGETHER_BUDGET 2000 /* they and those that have to move for them */
#define ORDER_STEP 10000           /* entries of a step of catching up */

static bool is_disk_error(enum error err)
{
    return err == ERR_DISK || err == ERR_DISK_FULL || err == ERR_NOT_PERMITTED || err == ERR_LIMIT;
}

/* ---------------------------------------------------------------- what is known of the database */

static enum error load_order(struct committer *committer, struct db_txn *txn)
{
    enum error err = committer->order_broken ? OK : order_load(&committer->order, &committer->ledger, txn);
    if (!err || is_disk_error(err))
        return err;
    committer->order_broken = true;
    return OK;
}

static enum error load(struct committer *committer)
{
    struct db_txn *txn;
    enum error err = db_begin(committer->db, &txn);
    if (err)
        return err;
    err = ledger_load(&committer->ledger, txn, committer->salt);
    if (!err)
        err = load_order(committer, txn);
    db_abort(txn);
    committer->loaded = !err;
    return err;
}

static enum error clear_order(struct db *db)
{
    struct db_txn *txn;
    enum error err = db_begin(db, &txn);
    if (err)
        return err;
    err = order_clear(txn);
    if (!err)
        return db_commit(txn);
    db_abort(txn);
    return err;
}

enum error commit_init(struct committer *committer, struct db *db, bool rebuild_views)
{
    *committer = (struct committer){.db = db};
    if (getrandom(&committer->salt, sizeof committer->salt, 0) != sizeof committer->salt)
        return ERR_CRYPTO;
    enum error err = rebuild_views ? clear_order(db) : OK;
    return err ? err : load(committer);
}

void commit_done(struct committer *committer)
{
    order_done(&committer->order);
    ledger_done(&committer->ledger);
}

/* ---------------------------------------------------------------- transactions */

struct work {
    const struct batch *const *batches;
    size_t count;
    bool (*interrupted)(void *arg);
    void *arg;
};

static enum error append_all(struct committer *committer, struct db_txn *txn, const struct work *work)
{
    enum error err = OK;
    for (size_t i = 0; !err && i < work->count; i++)
        err =
            append_batch(txn, &committer->ledger, committer->order_broken ? NULL : &committer->order, work->batches[i]);
    if (err && committer->order.split_failed && !is_disk_error(err))
        committer->order_broken = true;
    return err;
}

/* The order's share of a transaction: all of a small commit, a step when there is nothing else to do. */
static enum error advance_order(struct committer *committer, struct db_txn *txn, const struct work *work,
                                bool was_current, uint64_t added)
{
    if (committer->order_broken)
        return OK;
    enum error err = OK;
    if (work->count == 0)
        err = order_advance(&committer->order, txn, ORDER_STEP, work->interrupted, work->arg);
    else if (was_current && added > 0 && added <= ORDER_TOGETHER_MAX)
        err = order_advance(&committer->order, txn, ORDER_TOGETHER_BUDGET, NULL, NULL);
    if (err && !is_disk_error(err))
        committer->order_broken = true;
    return err;
}

static enum error attempt(struct committer *committer, const struct work *work)
{
    struct db_txn *txn;
    enum error err = committer->loaded ? OK : load(committer);
    if (!err)
        err = db_begin(committer->db, &txn);
    if (err)
        return err;
    if (work->count == 0 && !commit_order_is_behind(committer)) {
        db_abort(txn);
        return OK;
    }

    bool was_current = committer->order.ordered == committer->ledger.last_arrival;
    uint64_t before = committer->ledger.last_arrival;
    err = append_all(committer, txn, work);
    if (!err)
        err = advance_order(committer, txn, work, was_current, committer->ledger.last_arrival - before);
    if (!err)
        err = db_commit(txn);
    else
        db_abort(txn);
    committer->loaded = !err;
    return err;
}

static enum error carry_out(struct committer *committer, const struct work *work)
{
    for (;;) {
        bool was_broken = committer->order_broken;
        enum error err = attempt(committer, work);
        if (err == ERR_LIMIT)
            err = db_grow(committer->db);
        else if (!err || committer->order_broken == was_broken)
            return err;
        else
            err = OK; /* once more, without the order */
        if (err)
            return err;
    }
}

enum error commit_batches(struct committer *committer, const struct batch *const *batches, size_t count)
{
    struct work work = {.batches = batches, .count = count};
    return carry_out(committer, &work);
}

enum error commit_order(struct committer *committer, bool (*interrupted)(void *arg), void *arg)
{
    struct work work = {.interrupted = interrupted, .arg = arg};
    return carry_out(committer, &work);
}

bool commit_order_is_behind(const struct committer *committer)
{
    return !committer->order_broken && !(committer->loaded && order_is_current(&committer->order));
}
