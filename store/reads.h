/* SPDX-License-Identifier: MIT
 * Reads on the loop's thread: fills `struct storage`.  begin() takes the snapshot only with the first read. */
#pragma once
#include "core/storage.h"
#include "db.h"

struct reads {
    struct db *db; /* borrowed */
    bool begun;
    struct db_txn *snapshot; /* NULL: none yet */
};

/* `reads` becomes the table's ctx. */
void reads_init(struct reads *reads, struct db *db, struct storage *ret);
void reads_done(struct reads *reads);
/* Begins the snapshot if need be. */
MUST_USE enum error reads_snapshot(struct reads *reads, struct db_txn **ret);
