/* SPDX-License-Identifier: MIT */
#include "core/base/alloc.h"
#include "core/base/random.h"
#include "core/crypto.h"
#include "process.h"
#include "yard.h"
#include "yard_db.h"
#include "yard_link.h"
#include <stdlib.h>
#include <unistd.h>

/* An entry here: u32 log ‖ u64 seq ‖ hash of the entry before (32) ‖ filler ‖ signature (64; of every 256th and of a
 * log's last, zeros elsewhere). */
#define HASH_AT 12
#define ENTRY_MIN (HASH_AT + 32 + 64)
#define SIGNED_EVERY 256
#define COMMIT_ENTRIES 10000

struct author {
    struct sign_public public;
    struct sign_secret secret;
    struct hash head;
    uint64_t seq;
};

static struct bytes signed_part(struct bytes entry)
{
    return (struct bytes){entry.data, entry.size - sizeof(struct signature)};
}

static bool is_signed(struct bytes entry)
{
    return !crypto_is_zero(entry.data + entry.size - sizeof(struct signature), sizeof(struct signature));
}

static struct author *make_authors(size_t logs)
{
    struct author *authors = alloc_zero(logs, sizeof *authors);

    for (size_t i = 0; i < logs; i++) {
        uint8_t seed[32] = {(uint8_t)i, (uint8_t)(i >> 8), 1};
        crypto_sign_keypair_from(seed, &authors[i].public, &authors[i].secret);
    }
    return authors;
}

static void write_entry(struct author *author, uint32_t log, bool sign, struct bytes entry, uint8_t *out)
{
    struct signature signature = {{0}};

    put_u32(out, log);
    put_u64(out + 4, ++author->seq);
    memcpy(out + HASH_AT, author->head.bytes, sizeof author->head.bytes);
    if (sign)
        crypto_sign(&author->secret, BYTES_TEXT("bench"), signed_part(entry), &signature);
    memcpy(out + entry.size - sizeof signature, signature.bytes, sizeof signature);
    crypto_hash(entry, &author->head);
}

/* Log after log, as a catch-up sends them. */
static void fill(struct yard_db *db, const size_t *sizes, size_t count, size_t logs)
{
    struct author *authors = make_authors(logs);
    struct random random = {{{3}}, 0};
    uint8_t entry[YARD_FRAME_MAX];

    for (size_t i = 0; i < count; i++) {
        size_t log = i * logs / count, next = (i + 1) * logs / count;
        size_t size = sizes[i] > ENTRY_MIN ? sizes[i] : ENTRY_MIN;
        random_bytes(&random, entry, size);
        bool sign = (authors[log].seq + 1) % SIGNED_EVERY == 0 || next != log;
        write_entry(&authors[log], (uint32_t)log, sign, (struct bytes){entry, size}, entry);
        yard_db_append(db, (struct bytes){entry, size});
    }
    yard_db_commit(db);
    free(authors);
}

/* ---------------------------------------------------------------- the sender */

struct packer {
    struct yard_link *link;
    struct buffer frame; /* (u16 size ‖ entry)* */
};

static void send_frame(struct packer *packer)
{
    yard_link_queue(packer->link, buffer_bytes(&packer->frame));
    yard_link_flush(packer->link);
    packer->frame.size = 0;
}

static void pack(void *arg, struct bytes entry)
{
    struct packer *packer = arg;

    if (packer->frame.size + 2 + entry.size > YARD_FRAME_MAX)
        send_frame(packer);
    put_u16(buffer_extend(&packer->frame, 2), (uint16_t)entry.size);
    buffer_append(&packer->frame, entry);
}

static void serve(struct yard_link *link, const struct path *directory)
{
    struct packer packer = {.link = link};
    struct yard_db db;

    yard_db_reopen(&db, directory);
    if (!yard_link_fill(link)) /* "go" */
        die("the receiver is gone");
    yard_db_each(&db, pack, &packer);
    send_frame(&packer);
    yard_link_shutdown(link);
    while (yard_link_fill(link))
        ;
}

/* ---------------------------------------------------------------- the receiver */

struct receiver {
    struct author *authors;
    size_t logs;
    struct yard_db db;
    size_t uncommitted, total;
};

static void accept_entry(struct receiver *receiver, struct bytes entry)
{
    uint32_t log = get_u32(entry.data);
    if (entry.size < ENTRY_MIN || log >= receiver->logs)
        die("an entry is malformed");

    struct author *author = &receiver->authors[log];
    if (get_u64(entry.data + 4) != ++author->seq || memcmp(entry.data + HASH_AT, author->head.bytes, 32) != 0)
        die("a chain is broken");
    if (is_signed(entry)) {
        struct signature signature;
        memcpy(signature.bytes, entry.data + entry.size - sizeof signature, sizeof signature);
        if (crypto_verify(&author->public, BYTES_TEXT("bench"), signed_part(entry), &signature) != OK)
            die("a signature does not verify");
    }
    crypto_hash(entry, &author->head);
    yard_db_append(&receiver->db, entry);
    receiver->total++;
    if (++receiver->uncommitted == COMMIT_ENTRIES) {
        yard_db_commit(&receiver->db);
        receiver->uncommitted = 0;
    }
}

static void receive(struct yard_link *link, struct receiver *receiver)
{
    struct bytes frame;

    while (yard_link_fill(link))
        while (yard_link_next(link, &frame))
            for (size_t at = 0; at + 2 <= frame.size;) {
                struct bytes entry = {frame.data + at + 2, get_u16(frame.data + at)};
                accept_entry(receiver, entry);
                at += 2 + entry.size;
            }
    yard_db_commit(&receiver->db);
}

double yard_bulk(const size_t *sizes, size_t count, size_t logs)
{
    struct yard_db source;
    struct path from, to;
    struct yard_link link;
    struct receiver receiver = {.authors = make_authors(logs), .logs = logs};

    yard_db_open(&source, &from);
    fill(&source, sizes, count, logs);
    yard_db_close(&source);
    pid_t child = yard_link_fork(&link);
    if (child == 0) {
        serve(&link, &from);
        _exit(0);
    }
    yard_db_open(&receiver.db, &to);
    uint64_t start = now_ns();
    yard_link_queue(&link, BYTES_TEXT("go"));
    yard_link_flush(&link);
    receive(&link, &receiver);
    double seconds = seconds_since(start);
    if (receiver.total != count)
        die("%zu of %zu entries came", receiver.total, count);
    yard_db_close(&receiver.db);
    yard_link_done(&link);
    process_join(child);
    scratch_remove(&from);
    scratch_remove(&to);
    free(receiver.authors);
    return (double)count / seconds;
}
