/* SPDX-License-Identifier: MIT */
#include "lookup.h"

struct log *lookup_log(const struct node *node, uint32_t number)
{
    return number < node->numbered_count ? node->numbered[number] : NULL;
}

static bool find_in(const struct batch *batch, uint32_t log, uint64_t seq, struct stored_entry *ret)
{
    for (size_t i = batch->entry_count; i-- > 0;) {
        const struct batch_entry *entry = &batch->entries[i];
        if (entry->log != log || entry->seq != seq)
            continue;
        *ret = (struct stored_entry){.log = log, .seq = seq, .flags = entry->flags, .wire = batch_entry_wire(batch, i)};
        return true;
    }
    return false;
}

/* The payload of a stored entry has come, and is not durable yet. */
static bool find_payload(const struct batch *batch, uint32_t log, uint64_t seq, struct bytes *ret)
{
    for (size_t i = batch->payload_count; i-- > 0;) {
        const struct batch_payload *payload = &batch->payloads[i];
        if (payload->log != log || payload->seq != seq)
            continue;
        *ret = (struct bytes){batch->arena.data + payload->at, payload->size};
        return true;
    }
    return false;
}

static void complete(const struct node *node, const struct log *log, uint64_t seq, struct bytes *wire)
{
    for (const struct log *at = log; at; at = at->split_off) {
        if (node->batch && find_payload(node->batch, at->row.number, seq, wire))
            return;
        for (size_t i = node->pending_payloads ? node->pending_count : 0; i-- > 0;)
            if (find_payload(node->pending[i], at->row.number, seq, wire))
                return;
    }
}

/* Under the number of `log`, where it stands or stood before it forked. */
static enum error find_under(const struct node *node, const struct log *log, uint64_t seq, bool maybe_pending,
                             struct stored_entry *ret)
{
    if (maybe_pending) {
        if (node->batch && find_in(node->batch, log->row.number, seq, ret))
            return OK;
        for (size_t i = node->pending_count; i-- > 0;)
            if (find_in(node->pending[i], log->row.number, seq, ret))
                return OK;
    }
    enum error err = node->storage->begin(node->storage->ctx);
    return err ? err : node->storage->get_entry(node->storage->ctx, log->row.number, seq, ret);
}

enum error lookup_entry(const struct node *node, const struct log *log, uint64_t seq, struct stored_entry *ret)
{
    enum error err = ERR_NOT_FOUND;
    if (seq <= log->row.base_seq || seq > log->row.head_seq)
        return ERR_NOT_FOUND;
    bool maybe_pending = seq > log->durable_seq;
    for (const struct log *at = log; at && err == ERR_NOT_FOUND; at = at->split_off)
        err = find_under(node, at, seq, maybe_pending, ret);
    if (!err && log->kind == KIND_CONTENT)
        complete(node, log, seq, &ret->wire);
    return err;
}

enum error lookup_id(const struct node *node, const struct log *log, uint64_t seq, struct hash *ret)
{
    struct stored_entry stored;
    struct entry entry;
    if (seq == log->row.head_seq && seq > log->row.base_seq) {
        *ret = log->row.head_id;
        return OK;
    }
    if (seq == log->durable_seq && seq > log->row.base_seq) {
        *ret = log->durable_id;
        return OK;
    }
    enum error err = lookup_entry(node, log, seq, &stored);
    if (!err)
        err = entry_decode(stored.wire, &entry);
    if (!err)
        entry_id(&entry, ret);
    return err;
}
