/* SPDX-License-Identifier: MIT */
#include "core/base/alloc.h"
#include "core/crypto.h"
#include "process.h"
#include "yard.h"
#include "yard_db.h"
#include "yard_link.h"
#include <stdlib.h>
#include <unistd.h>

#define PIPELINES_MAX 16

/* A message here: text ‖ signature.  An acknowledgement: u64 how many are durable. */

struct keys {
    struct sign_public public;
    struct sign_secret secret;
};

static struct bytes context(void)
{
    return BYTES_TEXT("bench");
}

static void receive(struct yard_link *link, const struct sign_public *author)
{
    struct yard_db db;
    struct path directory;
    struct bytes message;
    uint64_t durable = 0;

    yard_db_open(&db, &directory);
    while (yard_link_fill(link)) {
        uint64_t before = durable;
        for (; yard_link_next(link, &message); durable++) {
            struct signature signature;
            struct bytes text = {message.data, message.size - sizeof signature.bytes};
            memcpy(signature.bytes, text.data + text.size, sizeof signature.bytes);
            if (crypto_verify(author, context(), text, &signature) != OK)
                die("a signature does not verify");
            yard_db_append(&db, message);
        }
        if (durable == before)
            continue;
        uint8_t answer[8];
        yard_db_commit(&db);
        put_u64(answer, durable);
        yard_link_queue(link, BYTES_OF(answer));
        yard_link_flush(link);
    }
    yard_db_close(&db);
    scratch_remove(&directory);
}

struct author {
    struct yard_link *link;
    struct yard_db db;
    const struct keys *keys;
    uint8_t *message; /* text and room for the signature */
    size_t size;      /* of the text */
};

static void write_message(struct author *author, uint64_t number)
{
    struct signature signature;

    put_u64(author->message, number);
    crypto_sign(&author->keys->secret, context(), (struct bytes){author->message, author->size}, &signature);
    memcpy(author->message + author->size, signature.bytes, sizeof signature.bytes);
    struct bytes message = {author->message, author->size + sizeof signature.bytes};
    yard_db_append(&author->db, message);
    yard_link_queue(author->link, message);
}

/* Nothing leaves before it is durable here. */
static void send_all(struct author *author, size_t count, size_t window)
{
    uint64_t sent = 0, acknowledged = 0;
    struct bytes answer;

    while (acknowledged < count) {
        while (sent < count && sent - acknowledged < window)
            write_message(author, sent++);
        yard_db_commit(&author->db);
        yard_link_flush(author->link);
        if (!yard_link_fill(author->link))
            die("the receiver is gone");
        while (yard_link_next(author->link, &answer))
            acknowledged = get_u64(answer.data);
    }
}

double yard_pipeline(size_t count, size_t size, size_t window)
{
    static const uint8_t seed[32] = {7};
    struct keys keys;
    struct yard_link link;
    struct path directory;
    struct author author = {.link = &link, .keys = &keys, .size = size};

    crypto_sign_keypair_from(seed, &keys.public, &keys.secret);
    pid_t child = yard_link_fork(&link);
    if (child == 0) {
        receive(&link, &keys.public);
        _exit(0);
    }
    yard_db_open(&author.db, &directory);
    author.message = alloc_zero(1, size + sizeof(struct signature));
    uint64_t start = now_ns();
    send_all(&author, count, window);
    double seconds = seconds_since(start);
    yard_db_close(&author.db);
    scratch_remove(&directory);
    free(author.message);
    yard_link_shutdown(&link);
    yard_link_done(&link);
    process_join(child);
    return (double)count / seconds;
}

double yard_pipelines(size_t pipelines, size_t count, size_t size, size_t window)
{
    pid_t children[PIPELINES_MAX];

    if (pipelines > PIPELINES_MAX)
        die("too many pipelines");
    scratch_path(""); /* made here, for all of them */
    uint64_t start = now_ns();
    for (size_t i = 0; i < pipelines; i++) {
        children[i] = process_fork();
        if (children[i] == 0) {
            yard_pipeline(count, size, window);
            _exit(0);
        }
    }
    for (size_t i = 0; i < pipelines; i++)
        process_join(children[i]);
    return (double)count / seconds_since(start);
}
