/* SPDX-License-Identifier: MIT
 * The lineage file: tells a database that lived on from one that was restored or cloned, after which nothing may be
 * appended to the old logs.  Beside the database, written after it:
 *
 *     "ZURUFLN1" ‖ BLAKE2b("zuruf-machine-v1" ‖ machine id) ‖ u64 inode ‖ u32 log ‖ u64 seq ‖ id(32)
 *
 * log, seq and id are those of the last own entry (seq 0: none yet).  Where the machine has no id file, its place is
 * taken by the word "none": a clone is then known by its inode only. */
#pragma once
#include "home.h"
#include "runs.h"

struct lineage {
    const struct home *home; /* borrowed */
    struct hash machine;
    uint64_t inode;           /* of the database file */
    struct own_entry written; /* what the file need not be told again */
    bool stale;               /* it is to be written even so */
};

/* `machine_id_file`: NULL for /etc/machine-id. */
MUST_USE enum error lineage_init(struct lineage *lineage, const struct home *home, const char *machine_id_file);
/* Whether the database is an older copy, or one made for another place: it is behind the file, or holds own entries
 * and the file is missing, unreadable, of another machine or of another inode.  Then the file stays as it is until
 * the next own entry, which goes into a new log: after a crash before that the answer is the same. */
MUST_USE enum error lineage_check(struct lineage *lineage, struct db_txn *txn, bool *ret_restored);
MUST_USE enum error lineage_write(struct lineage *lineage, const struct own_entry *own);
bool lineage_is_written(const struct lineage *lineage, const struct own_entry *own);
