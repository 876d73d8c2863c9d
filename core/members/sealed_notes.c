/* SPDX-License-Identifier: MIT */
#include "sealed_notes.h"

#include "core/base/alloc.h"
#include "core/keys/keys.h"
#include "core/keys/vault.h"
#include "core/log/lookup.h"
#include <stdlib.h>

#define SEALED_MAX (1u << 20)

struct sealed {
    struct log *log; /* or one of its branches */
    uint64_t seq;
    uint64_t tried; /* the beginning of the root key that cannot open it; 0: none was tried */
};
/* Up to where the notes of a log were tried, with which key. */
struct progress {
    struct log *log;
    uint64_t tried, seq;
};
struct sealed_notes {
    struct sealed *at;
    size_t count, capacity;
    struct progress *progress;
    size_t progress_count, progress_capacity;
    size_t last; /* where progress was found last: notes come log by log */
};

static struct sealed_notes *get(struct node *node)
{
    if (!node->sealed_notes)
        node->sealed_notes = alloc_zero(1, sizeof *node->sealed_notes);
    return node->sealed_notes;
}

static struct progress *progress_of(struct sealed_notes *notes, struct log *log)
{
    if (notes->last < notes->progress_count && notes->progress[notes->last].log == log)
        return &notes->progress[notes->last];
    for (notes->last = 0; notes->last < notes->progress_count; notes->last++)
        if (notes->progress[notes->last].log == log)
            return &notes->progress[notes->last];
    ARRAY_ROOM(notes->progress, notes->progress_count, notes->progress_capacity);
    notes->progress[notes->progress_count] = (struct progress){.log = log};
    return &notes->progress[notes->progress_count++];
}

/* ---------------------------------------------------------------- rows */

/* "sealed-tried/" ‖ u32 log number → u64 beginning of the root key ‖ u64 seq. */
static void store_progress(struct node *node, const struct progress *progress)
{
    uint8_t which[4], plain[16];
    put_u32(which, progress->log->row.number);
    put_u64(plain, progress->tried);
    put_u64(plain + 8, progress->seq);
    struct vault_key key = vault_key("sealed-tried/", BYTES_OF(which));
    vault_put(node, &key, BYTES_OF(plain));
}

/* "sealed/" ‖ u32 log number ‖ u64 seq → nothing. */
static void store_place(struct node *node, const struct log *log, uint64_t seq)
{
    uint8_t which[12];
    put_u32(which, log->row.number);
    put_u64(which + 4, seq);
    struct vault_key key = vault_key("sealed/", BYTES_OF(which));
    vault_put(node, &key, (struct bytes){0});
}

static void add(struct sealed_notes *notes, struct log *log, uint64_t seq, uint64_t tried)
{
    ARRAY_ROOM(notes->at, notes->count, notes->capacity);
    notes->at[notes->count++] = (struct sealed){log, seq, tried};
}

/* One whose key came late stands before what was tried already: the rest is then tried once more after a restart. */
void sealed_notes_keep(struct node *node, struct log *log, uint64_t seq)
{
    struct sealed_notes *notes = get(node);
    if (notes->count >= SEALED_MAX)
        return;
    struct progress *progress = progress_of(notes, log);
    if (seq <= progress->seq) {
        progress->seq = seq - 1;
        store_progress(node, progress);
    }
    add(notes, log, seq, 0);
    store_place(node, log, seq);
}

/* ---------------------------------------------------------------- reading */

static enum error read_in(const struct node *node, const struct log *log, uint64_t seq, struct entry *ret_entry,
                          struct buffer *plain)
{
    struct stored_entry stored;
    enum error err =
        seq > log->row.base_seq && seq <= log->row.head_seq ? lookup_entry(node, log, seq, &stored) : ERR_NOT_FOUND;
    if (!err)
        err = entry_decode(stored.wire, ret_entry);
    return err ? err : keys_open(log->group, ret_entry, plain);
}

/* Its log may have forked since. */
static enum error read_sealed(const struct node *node, const struct sealed *sealed, struct entry *ret_entry,
                              struct buffer *plain)
{
    enum error err = read_in(node, sealed->log, sealed->seq, ret_entry, plain);
    for (const struct log *log = sealed->log->root->next_branch; err == ERR_NOT_FOUND && log; log = log->next_branch)
        err = read_in(node, log, sealed->seq, ret_entry, plain);
    return err;
}

static uint64_t beginning(const struct sign_public *root)
{
    return root ? get_u64(root->bytes) : 0;
}

void sealed_notes_each(struct node *node, const struct sign_public *root, sealed_notes_take *take, const void *arg)
{
    const struct sealed_notes *notes = get(node);
    for (size_t i = 0; i < notes->count; i++) {
        const struct sealed sealed = notes->at[i];
        struct buffer plain = {0};
        struct sealed_note note;
        struct entry entry;
        if (root && sealed.tried == beginning(root))
            continue;
        if (read_sealed(node, &sealed, &entry, &plain) == OK && sealed_note_decode(buffer_bytes(&plain), &note) == OK)
            take(node, &sealed.log->row.name.device, entry.hlc, &note, arg);
        buffer_wipe(&plain);
    }
}

void sealed_notes_tried(struct node *node, const struct sign_public *root)
{
    struct sealed_notes *notes = get(node);
    const uint64_t tried = beginning(root);
    bool changed = false;
    for (size_t i = 0; i < notes->count; i++) {
        struct sealed *sealed = &notes->at[i];
        struct progress *progress = progress_of(notes, sealed->log);
        if (progress->tried != tried)
            *progress = (struct progress){sealed->log, tried, 0};
        if (sealed->seq > progress->seq)
            progress->seq = sealed->seq;
        changed |= sealed->tried != tried;
        sealed->tried = tried;
    }
    for (size_t i = 0; changed && i < notes->progress_count; i++)
        store_progress(node, &notes->progress[i]);
}

/* ---------------------------------------------------------------- loading */

static void load_progress(struct node *node, struct bytes which, struct bytes plain)
{
    struct log *log = which.size == 4 && plain.size == 16 ? lookup_log(node, get_u32(which.data)) : NULL;
    if (!log)
        return;
    struct progress *progress = progress_of(get(node), log);
    progress->tried = get_u64(plain.data);
    progress->seq = get_u64(plain.data + 8);
}

static void load_place(struct node *node, struct bytes which, struct bytes plain)
{
    struct log *log = which.size == 12 ? lookup_log(node, get_u32(which.data)) : NULL;
    (void)plain;
    if (!log)
        return;
    const uint64_t seq = get_u64(which.data + 4);
    const struct progress *progress = progress_of(get(node), log);
    add(node->sealed_notes, log, seq, seq <= progress->seq ? progress->tried : 0);
}

enum error sealed_notes_load(struct node *node)
{
    enum error err = vault_each(node, "sealed-tried/", load_progress);
    return err ? err : vault_each(node, "sealed/", load_place);
}

void sealed_notes_done(struct node *node)
{
    struct sealed_notes *notes = node->sealed_notes;
    if (!notes)
        return;
    free(notes->at);
    free(notes->progress);
    free(notes);
    node->sealed_notes = NULL;
}
