/* SPDX-License-Identifier: MIT */
#include "lineage.h"

#include <fcntl.h>
#include <unistd.h>

#define LINEAGE_FILE "lineage"
#define MAGIC "ZURUFLN1"
#define MAGIC_SIZE 8
#define MACHINE_AT MAGIC_SIZE
#define INODE_AT (MACHINE_AT + 32)
#define LOG_AT (INODE_AT + 8)
#define SEQ_AT (LOG_AT + 4)
#define ID_AT (SEQ_AT + 8)
#define LINEAGE_SIZE (ID_AT + 32)

static void hash_machine(const char *id_file, struct hash *ret)
{
    uint8_t id[128] = "none";
    ssize_t size = -1;
    int file = open(id_file, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        size = read(file, id, sizeof id);
        close(file);
    }
    const struct bytes parts[] = {BYTES_TEXT("zuruf-machine-v1"), {id, size > 0 ? (size_t)size : strlen("none")}};
    crypto_hash_parts(parts, 2, ret);
}

enum error lineage_init(struct lineage *lineage, const struct home *home, const char *machine_id_file)
{
    *lineage = (struct lineage){.home = home};
    hash_machine(machine_id_file ? machine_id_file : "/etc/machine-id", &lineage->machine);
    return home_inode(home, DB_FILE, &lineage->inode);
}

static void encode(const struct lineage *lineage, const struct own_entry *own, uint8_t out[LINEAGE_SIZE])
{
    memcpy(out, MAGIC, MAGIC_SIZE);
    memcpy(out + MACHINE_AT, lineage->machine.bytes, sizeof lineage->machine.bytes);
    put_u64(out + INODE_AT, lineage->inode);
    put_u32(out + LOG_AT, own->log);
    put_u64(out + SEQ_AT, own->seq);
    memcpy(out + ID_AT, own->id.bytes, sizeof own->id.bytes);
}

/* Whether the database holds `own`. */
static enum error holds(struct db_txn *txn, const struct own_entry *own, bool *ret)
{
    struct stored_entry stored;
    struct hash id;
    *ret = own->seq == 0;
    if (own->seq == 0)
        return OK;
    enum error err = runs_find_entry(txn, own->log, own->seq, &stored);
    if (err == ERR_NOT_FOUND)
        return OK;
    if (err)
        return err;
    rows_entry_id(stored.wire, &id);
    *ret = memcmp(id.bytes, own->id.bytes, sizeof id.bytes) == 0;
    return OK;
}

/* Whether the database is the one that `file` was written for, at the same point or beyond; `*ret_moved`: it lies in
 * another place. */
static enum error compare(const struct lineage *lineage, struct db_txn *txn, const uint8_t file[LINEAGE_SIZE],
                          bool *ret_held, bool *ret_moved)
{
    uint8_t expected[LINEAGE_SIZE];
    struct own_entry own = {.log = get_u32(file + LOG_AT), .seq = get_u64(file + SEQ_AT)};
    memcpy(own.id.bytes, file + ID_AT, sizeof own.id.bytes);
    encode(lineage, &own, expected);
    *ret_moved = memcmp(file, expected, LOG_AT) != 0;
    return holds(txn, &own, ret_held);
}

enum error lineage_check(struct lineage *lineage, struct db_txn *txn, bool *ret_restored)
{
    uint8_t file[LINEAGE_SIZE];
    bool held = true, moved = true;
    enum error err = rows_get_own(txn, &lineage->written);
    if (err)
        return err;
    err = home_read(lineage->home, LINEAGE_FILE, false, file, sizeof file);
    if (!err)
        err = compare(lineage, txn, file, &held, &moved);
    else if (err == ERR_NOT_FOUND || err == ERR_CORRUPT)
        err = OK;
    if (err)
        return err;
    *ret_restored = !held || (moved && lineage->written.seq > 0);
    lineage->stale = !*ret_restored;
    return OK;
}

enum error lineage_write(struct lineage *lineage, const struct own_entry *own)
{
    uint8_t file[LINEAGE_SIZE];
    encode(lineage, own, file);
    enum error err = home_replace(lineage->home, LINEAGE_FILE, BYTES_OF(file));
    if (!err) {
        lineage->written = *own;
        lineage->stale = false;
    }
    return err;
}

bool lineage_is_written(const struct lineage *lineage, const struct own_entry *own)
{
    return !lineage->stale && lineage->written.log == own->log && lineage->written.seq == own->seq;
}
