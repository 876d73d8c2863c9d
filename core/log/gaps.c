/* SPDX-License-Identifier: MIT */
#include "gaps.h"

#include "core/base/alloc.h"
#include "core/keys/vault.h"
#include "lookup.h"
#include <stdlib.h>

#define GAPS_MAX 4096 /* from then on ranges grow over what is not missing, rather than in number */
#define NEAR 64       /* so few entries between two that are missing do not part a range */
#define LOOK_BACK 16  /* ranges: runs come log by log */
#define WHICH_SIZE 12 /* u32 log number ‖ u64 from */
#define PLAIN_SIZE 16 /* u64 to ‖ u64 count */

void gaps_forget(struct node *node)
{
    struct missing *missing = &node->missing;
    free(missing->gaps);
    missing->gaps = NULL;
    missing->count = missing->capacity = 0;
    missing->changed = false;
}

static struct gap *append(struct node *node, struct log *log)
{
    struct missing *missing = &node->missing;
    ARRAY_ROOM(missing->gaps, missing->count, missing->capacity);
    struct gap *gap = &missing->gaps[missing->count++];
    *gap = (struct gap){.log = log, .serial = ++missing->last_serial};
    return gap;
}

static void touch(struct node *node, struct gap *gap)
{
    gap->changed = true;
    node->missing.changed = true;
}

/* The range that `seq` lengthens; NULL: it begins one. */
static struct gap *extendable(const struct node *node, const struct log *log, uint64_t seq)
{
    const struct missing *missing = &node->missing;
    bool full = missing->count >= GAPS_MAX;
    size_t last = full || missing->count < LOOK_BACK ? 0 : missing->count - LOOK_BACK;
    for (size_t i = missing->count; i-- > last;) {
        struct gap *gap = &missing->gaps[i];
        if (gap->log == log)
            return full || (!gap->asked && gap->count && seq - gap->to <= NEAR) ? gap : NULL;
    }
    return NULL;
}

void gaps_note(struct node *node, struct log *log, uint64_t seq)
{
    struct gap *gap = extendable(node, log, seq);
    if (!gap) {
        gap = append(node, log);
        gap->from = seq;
    }
    gap->to = seq;
    gap->count++;
    log->payloads_missing++;
    touch(node, gap);
}

struct gap *gaps_find(const struct node *node, const struct log *log, uint64_t seq)
{
    if (!log->payloads_missing)
        return NULL;
    for (size_t i = 0; i < node->missing.count; i++) {
        struct gap *gap = &node->missing.gaps[i];
        if (gap->log == log && gap->count && seq >= gap->from && seq <= gap->to)
            return gap;
    }
    return NULL;
}

void gaps_fill(struct node *node, struct gap *gap, uint64_t seq)
{
    gap->count--;
    gap->log->payloads_missing--;
    if (seq == gap->from)
        gap->from++;
    else if (seq == gap->to)
        gap->to--;
    touch(node, gap);
}

/* ---------------------------------------------------------------- forks */

static uint64_t count_missing(const struct node *node, const struct log *log, uint64_t from, uint64_t to)
{
    uint64_t count = 0;
    for (uint64_t seq = from; seq <= to; seq++) {
        struct stored_entry stored;
        struct entry entry;
        count += lookup_entry(node, log, seq, &stored) == OK && entry_decode(stored.wire, &entry) == OK &&
                 entry.payload_missing;
    }
    return count;
}

/* The part of a range that stays; the rest becomes one of its own. */
static void part(struct node *node, size_t index, uint64_t base, struct log *rest)
{
    struct gap *later = append(node, rest), *gap = &node->missing.gaps[index];
    bool is_full = gap->count == gap->to - gap->from + 1;
    uint64_t kept = is_full ? base - gap->from + 1 : count_missing(node, gap->log, gap->from, base);
    later->from = base + 1;
    later->to = gap->to;
    later->count = gap->count - kept;
    gap->to = base;
    gap->count = kept;
    touch(node, later);
    touch(node, gap);
    gap->log->payloads_missing -= later->count;
    rest->payloads_missing += later->count;
}

void gaps_divide(struct node *node, struct log *log, struct log *rest)
{
    uint64_t base = rest->row.base_seq;
    size_t count = log->payloads_missing ? node->missing.count : 0;
    for (size_t i = 0; i < count; i++) {
        struct gap *gap = &node->missing.gaps[i];
        if (gap->log != log || gap->to <= base)
            continue;
        if (gap->from <= base) {
            part(node, i, base, rest);
            continue;
        }
        log->payloads_missing -= gap->count;
        rest->payloads_missing += gap->count;
        gap->log = rest;
        touch(node, gap);
    }
}

/* ---------------------------------------------------------------- rows */

static struct vault_key row_key(uint32_t number, uint64_t from)
{
    uint8_t which[WHICH_SIZE];
    put_u32(which, number);
    put_u64(which + 4, from);
    return vault_key("payload/", BYTES_OF(which));
}

static void store(struct node *node, struct gap *gap)
{
    uint32_t number = gap->log->row.number;
    uint8_t plain[PLAIN_SIZE];
    bool moved = gap->stored_number != number || gap->stored_from != gap->from;
    if (gap->stored_number && (moved || !gap->count)) {
        struct vault_key old = row_key(gap->stored_number, gap->stored_from);
        vault_delete(node, &old);
    }
    gap->changed = false;
    gap->stored_number = gap->count ? number : 0;
    gap->stored_from = gap->from;
    if (!gap->count)
        return;
    struct vault_key key = row_key(number, gap->from);
    put_u64(plain, gap->to);
    put_u64(plain + 8, gap->count);
    vault_put(node, &key, BYTES_OF(plain));
}

void gaps_flush(struct node *node)
{
    struct missing *missing = &node->missing;
    size_t left = 0;
    if (!missing->changed)
        return;
    for (size_t i = 0; i < missing->count; i++) {
        struct gap *gap = &missing->gaps[i];
        if (gap->changed)
            store(node, gap);
        if (gap->count)
            missing->gaps[left++] = *gap;
    }
    missing->count = left;
    missing->changed = false;
}

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct log *log = which.size == WHICH_SIZE ? lookup_log(node, get_u32(which.data)) : NULL;
    if (!log || plain.size != PLAIN_SIZE)
        return;
    struct gap *gap = append(node, log);
    gap->from = gap->stored_from = get_u64(which.data + 4);
    gap->stored_number = log->row.number;
    gap->to = get_u64(plain.data);
    gap->count = get_u64(plain.data + 8);
    log->payloads_missing += gap->count;
}

enum error gaps_load(struct node *node)
{
    return vault_each(node, "payload/", load);
}
