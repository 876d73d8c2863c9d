/* SPDX-License-Identifier: MIT
 * The runtime: carries out the effects of one node (core/node.h) on a libuv loop.  Owns the listening socket, the
 * links, the timers and the queues of what waits for a batch; borrows the loop, the node and the two storage tables.
 *
 *     runtime_new --> runtime_listen --> node_new (needs the port) --> runtime_start --> … --> runtime_stop
 *        its callback: runtime_free, close the store (it takes in what is queued), node_free (owns those batches)
 *
 * Everything here runs on the loop's thread.  Only journal->set_wakeup's callback comes from another. */
#pragma once
#include "core/node.h"
#include <uv.h>

/* How the runtime tells the program around it.  Everything passed is borrowed for the call.  A callback may ask
 * node_query.h, also about what it is just told (a durable notice comes after the node itself knows that the batch is
 * durable).  on_reply and on_notice come between two steps and may call any function here but runtime_free();
 * on_announce and on_log come in the middle of one and may call none. */
struct runtime_callbacks {
    void *arg;
    /* EFFECT_REPLY, once its batch is durable; reply->error is the batch's error if that failed, and
     * ERR_SHUTTING_DOWN for what is still waiting when the runtime stops. */
    void (*on_reply)(void *arg, const struct effect *reply);
    /* EFFECT_NOTIFY, once its batch is durable; what hangs on a failed batch is dropped. */
    void (*on_notice)(void *arg, const struct effect *notice);
    /* EFFECT_ANNOUNCE; port: the one that is listened on. */
    void (*on_announce)(void *arg, const struct beacon *beacon, bool again, uint16_t port);
    /* EFFECT_LOG and the runtime's own remarks. */
    void (*on_log)(void *arg, struct bytes text, enum error error);
};

struct runtime_options {
    uv_loop_t *loop;
    const struct storage *storage;
    const struct journal *journal;      /* its wake-up is taken over until the stop callback */
    bool restored;                      /* for EVENT_START */
    struct runtime_callbacks callbacks; /* each may be NULL */
};

struct runtime;

/* Copies the options.  Ends in runtime_stop() and then runtime_free(), also when listening failed. */
struct runtime *runtime_new(const struct runtime_options *options);

/* Binds and listens; connections wait in the kernel until runtime_start().  Port 0: any free one.  `::` takes IPv4
 * too; where the machine has no IPv6 it becomes 0.0.0.0.
 * ERR_BUSY: the port is taken; ERR_NOT_PERMITTED: it needs more rights; ERR_NETWORK: not an address of this machine. */
MUST_USE enum error runtime_listen(struct runtime *runtime, const struct address *where, struct address *ret_bound);

/* Steps the node with EVENT_START and begins to serve.  `node` is borrowed until the stop callback. */
void runtime_start(struct runtime *runtime, struct node *node);

/* An id for one command, never 0 and never given twice. */
uint64_t runtime_command_id(struct runtime *runtime);
/* Steps the node with EVENT_COMMAND.  `command` (its id from runtime_command_id()) is borrowed for the call; the
 * reply may come before this returns.  Before the start or after the stop: answered with ERR_SHUTTING_DOWN. */
void runtime_command(struct runtime *runtime, const struct command *command);

/* From discovery: EVENT_PEER_SEEN and EVENT_PEER_GONE.  Ignored before the start and after the stop. */
void runtime_peer_seen(struct runtime *runtime, struct bytes instance, const struct beacon *beacon,
                       const struct address *address);
void runtime_peer_gone(struct runtime *runtime, struct bytes instance);

/* Closes the storage snapshot that questions to the node (node_query.h) opened: call it after each turn of them that
 * does not happen inside a callback of the runtime. */
void runtime_read_done(struct runtime *runtime);

/* Steps the node with COMMAND_STOP, gives links and journal up to 1 s to take what is queued, closes every handle,
 * then calls on_stopped once from the loop: nothing of the runtime is left on it.  Once only. */
void runtime_stop(struct runtime *runtime, void (*on_stopped)(void *arg), void *arg);

/* After on_stopped only (inside it is fine); NULL is fine. */
void runtime_free(struct runtime *runtime);
