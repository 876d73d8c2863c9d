/* SPDX-License-Identifier: MIT
 * The rows of the truth: entries by arrival, and log rows; runs.h finds an entry by its log.  Numbers are big-endian,
 * so that keys sort as they count.
 *
 *     entries   u64 arrival               → u8 flags ‖ u32 log ‖ u48 seen ms ‖ u48 seq ‖ wire
 *     logs      u32 number                → struct log_row, field by field
 *               (a branch's entries have its number, and seqs that go on from its base)
 *     meta      "own"                     → u32 log ‖ u64 seq ‖ id       the last own entry */
#pragma once
#include "core/storage.h"
#include "db.h"

#define ENTRY_PREFIX_SIZE 17
#define U48_MAX ((UINT64_C(1) << 48) - 1)

static inline uint64_t get_u48(const uint8_t *p)
{
    return (uint64_t)get_u16(p) << 32 | get_u32(p + 2);
}
static inline void put_u48(uint8_t *p, uint64_t v)
{
    put_u16(p, (uint16_t)(v >> 32));
    put_u32(p + 2, (uint32_t)v);
}

/* ---------------------------------------------------------------- entries */

void rows_put_prefix(const struct stored_entry *entry, uint8_t out[ENTRY_PREFIX_SIZE]);
/* From a row of the table; the wire is borrowed from it.  ERR_CORRUPT. */
MUST_USE enum error rows_read_entry(const struct db_row *row, struct stored_entry *ret);
MUST_USE enum error rows_entry_at(struct db_txn *txn, uint64_t arrival, struct stored_entry *ret); /* ERR_NOT_FOUND */
/* The newest arrival; 0: none. */
MUST_USE enum error rows_last_arrival(struct db_txn *txn, uint64_t *ret);
/* Of what does not decode (a later version's) the hash of all its bytes. */
void rows_entry_id(struct bytes wire, struct hash *ret);

/* ---------------------------------------------------------------- logs, last own entry */

#define ROWS_LOG_SIZE_1 (4 + 1 + 32 + 32 + 8 + 8 + 8 + 32 + 8 + 8 + 4 * 8) /* in schema 1, which knew no branches */

MUST_USE enum error rows_put_log(struct db_txn *txn, const struct log_row *row);
MUST_USE enum error rows_read_log(const struct db_row *at, struct log_row *ret);     /* ERR_CORRUPT */
MUST_USE enum error rows_log(struct db_txn *txn, uint32_t log, struct log_row *ret); /* ERR_NOT_FOUND */

struct own_entry {
    uint32_t log;
    uint64_t seq; /* 0: none yet */
    struct hash id;
};
MUST_USE enum error rows_put_own(struct db_txn *txn, const struct own_entry *own);
MUST_USE enum error rows_get_own(struct db_txn *txn, struct own_entry *ret); /* seq 0 when there is none */
