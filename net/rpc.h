/* SPDX-License-Identifier: MIT
 * The local API: JSON-RPC 2.0, one object a line, on a Unix socket that only this user (and root) may use.  What it
 * offers is API.md; this is its server.  Knows the node through commands it hands out and questions it asks
 * (core/node_query.h); everything happens on the loop's thread.  The program must ignore SIGPIPE: a client may vanish
 * while it is written to. */
#pragma once
#include "core/node.h"
#include <uv.h>

#define RPC_CONNECTIONS_MAX 64
#define RPC_LINE_MAX (1u << 20)   /* bytes of a request, without its line feed */
#define RPC_UNSENT_MAX (1u << 20) /* above: a client is not read, and a subscriber is told that it is too slow */

/* Everything is borrowed until rpc_close() is done, except `path`, which is needed by rpc_open() only. */
struct rpc_options {
    uv_loop_t *loop;
    const char *path;    /* of the socket */
    struct node *node;   /* only asked (core/node_query.h) */
    const char *version; /* for node.info: the program's version … */
    const char *home;    /* … its home directory … */
    const char *listen;  /* … and "ADDR:PORT" */
    void *arg;           /* for the calls below */
    /* The id of the next command; never 0. */
    uint64_t (*command_id)(void *arg);
    /* Takes the command, which is borrowed for the call; its reply comes through rpc_reply(), now or later. */
    void (*submit)(void *arg, const struct command *command);
    /* A turn of questions to the node is over (runtime_read_done()); may be NULL. */
    void (*read_done)(void *arg);
    /* The passphrase of the home; calls may take a second, in which the loop stands.  All NULL: there can be none.
     * unlock: ERR_BAD_PASSPHRASE, ERR_NO_PASSPHRASE, …; *ret_key is borrowed until the next of these calls. */
    struct rpc_passphrase {
        bool (*is_set)(void *arg);
        enum error (*unlock)(void *arg, struct bytes passphrase, const struct secret_key **ret_key);
        enum error (*lock)(void *arg);                                         /* ERR_NO_PASSPHRASE */
        enum error (*change)(void *arg, struct bytes old, struct bytes fresh); /* empty: none */
    } passphrase;
    /* What sync.status shows as `discovery`: "running", "off", …; may be NULL. */
    const char *(*discovery)(void *arg);
    /* What sync.status shows as `pinned` (disk_pinned_ms()); may be NULL. */
    uint64_t (*pinned_ms)(void *arg, uint64_t *ret_process);
    /* node.stop was called and answered; called once, from the loop. */
    void (*on_stop)(void *arg);
};

struct rpc;

/* Binds and listens.  A socket that nobody answers on is a leftover and is replaced.
 * ERR_BUSY: somebody answers on it; ERR_EXISTS: something else has this path; ERR_TOO_BIG: the path is longer than a
 * socket's may be (107 bytes); ERR_NOT_PERMITTED: the directory is missing or refuses; ERR_DISK_FULL, ERR_DISK. */
MUST_USE enum error rpc_open(const struct rpc_options *options, struct rpc **ret);

/* Tells what EFFECT_REPLY says; replies to commands of others are ignored.  Submits nothing, so that it may be called
 * while effects are carried out. */
void rpc_reply(struct rpc *rpc, const struct effect *reply);

/* Tells subscribers what EFFECT_NOTIFY says.  Likewise. */
void rpc_notice(struct rpc *rpc, const struct effect *notice);

/* Answers what waits with ERR_SHUTTING_DOWN, closes every connection, removes the socket, frees `rpc`, then calls
 * `closed` once from the loop. */
void rpc_close(struct rpc *rpc, void (*closed)(void *arg), void *arg);
