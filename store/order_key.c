/* SPDX-License-Identifier: MIT */
#include "order_key.h"

#define SIDE_KEY_SIZE 12
#define SIDE_VALUE_SIZE 14

/* ---------------------------------------------------------------- reading */

/* Where (log, seq) lies: mostly in the run that was read last, or in the newest. */
static enum error locate(struct db_txn *txn, struct ledger_log *log, uint64_t seq, uint64_t *ret_arrival)
{
    if (!run_holds(&log->order.run, seq)) {
        enum error err = OK;
        if (run_holds(&log->last, seq))
            log->order.run = log->last;
        else
            err = runs_find(txn, log->number, seq, &log->order.run);
        if (err)
            return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
    }
    *ret_arrival = log->order.run.arrival + (seq - log->order.run.first);
    return OK;
}

static enum error read_stored(struct db_txn *txn, struct ledger_log *log, uint64_t seq, struct stored_entry *ret)
{
    uint64_t arrival;
    enum error err = locate(txn, log, seq, &arrival);
    if (!err)
        err = rows_entry_at(txn, arrival, ret);
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

enum error order_key_peek(struct db_txn *txn, struct ledger_log *log, uint64_t seq, uint64_t *ret_hlc)
{
    struct stored_entry stored;
    struct entry entry;
    enum error err = read_stored(txn, log, seq, &stored);
    if (!err)
        *ret_hlc = entry_decode(stored.wire, &entry) == OK ? entry.hlc : 0;
    return err;
}

enum error order_item_read(struct db_txn *txn, struct ledger_log *log, uint64_t seq, struct order_item *ret)
{
    struct stored_entry stored;
    enum error err = read_stored(txn, log, seq, &stored);
    if (err)
        return err;

    struct entry entry;
    struct hash id;
    bool readable = entry_decode(stored.wire, &entry) == OK;
    if (readable)
        entry_id(&entry, &id);
    else
        crypto_hash(stored.wire, &id);
    *ret = (struct order_item){.log = log, .seq = seq};
    ret->stamp = sort_key_of_hlc(readable ? entry.hlc : 0);
    if (readable && !doubted_covers(log->doubted, log->group, &entry.log, entry.seq))
        ret->own = ret->stamp;
    ret->deps = readable ? entry.deps : (struct bytes){0};
    memcpy(ret->id, id.bytes, sizeof ret->id);
    ret->has_parent = readable && log->is_branch && log->base > 0 && seq == log->base + 1;
    if (ret->has_parent) {
        ret->parent = (struct dep){.log = log->tree, .seq = log->base};
        memcpy(ret->parent.id, entry.previous.bytes, sizeof ret->parent.id);
    }
    return OK;
}

size_t order_item_dep_count(const struct order_item *item)
{
    return item->deps.size / DEP_SIZE + item->has_parent;
}

struct dep order_item_dep(const struct order_item *item, size_t index)
{
    struct entry entry = {.deps = item->deps};
    return index == item->deps.size / DEP_SIZE ? item->parent : entry_dep(&entry, index);
}

/* ---------------------------------------------------------------- keys on disk */

static void put_side_key(uint8_t key[SIDE_KEY_SIZE], const struct order_item *item)
{
    put_u32(key, item->log->number);
    put_u64(key + 4, item->seq);
}

enum error order_key_now(struct db_txn *txn, const struct order_item *item, struct sort_key *ret)
{
    uint8_t key[SIDE_KEY_SIZE];
    struct bytes value;
    put_side_key(key, item);
    enum error err = db_get(txn, TABLE_ORDER_KEYS, BYTES_OF(key), &value);
    if (err == ERR_NOT_FOUND) {
        *ret = item->stamp;
        return OK;
    }
    if (err)
        return err;
    if (value.size != SIDE_VALUE_SIZE)
        return ERR_CORRUPT;
    *ret = (struct sort_key){.ms = get_u48(value.data), .ticks = get_u64(value.data + 6)};
    return OK;
}

enum error order_key_forget(struct db_txn *txn, const struct order_item *item)
{
    uint8_t key[SIDE_KEY_SIZE];
    put_side_key(key, item);
    return db_delete(txn, TABLE_ORDER_KEYS, BYTES_OF(key));
}

enum error order_key_write(struct db_txn *txn, const struct order_item *item, struct sort_key key)
{
    if (sort_key_compare(key, item->stamp) == 0)
        return OK;
    uint8_t at[SIDE_KEY_SIZE], value[SIDE_VALUE_SIZE];
    put_side_key(at, item);
    put_u48(value, key.ms);
    put_u64(value + 6, key.ticks);
    return db_put(txn, TABLE_ORDER_KEYS, BYTES_OF(at), BYTES_OF(value));
}

/* ---------------------------------------------------------------- from the causes */

/* Key and id of an entry that stands in the order. */
static enum error key_of(struct db_txn *txn, struct ledger_log *log, uint64_t seq, struct sort_key *ret, uint8_t id[8])
{
    if (seq == log->order.seq) { /* the newest is what is cited most */
        *ret = log->order.key;
        memcpy(id, log->order.id, sizeof log->order.id);
        return OK;
    }
    struct order_item item;
    enum error err = order_item_read(txn, log, seq, &item);
    if (err)
        return err;
    memcpy(id, item.id, sizeof item.id);
    return order_key_now(txn, &item, ret);
}

/* Of the logs of that name it is the one that has the entry with this id. */
static enum error count_cause(const struct ledger *ledger, struct db_txn *txn, const struct order_item *item,
                              const struct dep *dep, struct order_keyed *keyed)
{
    struct ledger_log *log = ledger_tree(ledger, &dep->log);
    if (dep->seq == 0 || (log && log->group != item->log->group)) {
        keyed->incomplete = true; /* another group's entry counts for nobody, since not everyone here holds it */
        return OK;
    }
    for (; log; log = log->next_in_tree) {
        struct sort_key key;
        uint8_t id[8];
        if (dep->seq <= log->base || dep->seq > log->order.seq)
            continue;
        enum error err = key_of(txn, log, dep->seq, &key, id);
        if (err)
            return err;
        if (memcmp(id, dep->id, sizeof id) != 0)
            continue; /* another branch */
        if (dep->seq >= log->void_from)
            keyed->incomplete = true; /* the same for who has it as for who was never given it */
        else
            keyed->key = sort_key_after(keyed->key, key);
        return OK;
    }
    keyed->late[keyed->late_count++] = *dep;
    keyed->incomplete = true;
    return OK;
}

enum error order_item_key(const struct ledger *ledger, struct db_txn *txn, const struct order_item *item,
                          struct order_keyed *ret)
{
    enum error err = OK;
    ret->key = item->own;
    ret->incomplete = false;
    ret->late_count = 0;
    if (item->seq > item->log->base + 1) {
        struct sort_key previous;
        uint8_t id[8];
        err = key_of(txn, item->log, item->seq - 1, &previous, id);
        if (!err)
            ret->key = sort_key_after(ret->key, previous);
    }
    for (size_t i = 0; !err && i < order_item_dep_count(item); i++) {
        struct dep dep = order_item_dep(item, i);
        err = count_cause(ledger, txn, item, &dep, ret);
    }
    return err;
}
