/* SPDX-License-Identifier: MIT
 * What the files of the runtime share: runtime.c turns what happens into steps of the node, runtime_effects.c carries
 * out what comes of them, and tells it.  Nobody else includes this. */
#pragma once
#include "disk.h"
#include "hold.h"
#include "listener.h"
#include "moment.h"
#include "netwatch.h"
#include "runtime.h"
#include "tcp.h"

enum runtime_state {
    RUNTIME_NEW,
    RUNTIME_RUNNING,
    RUNTIME_STOPPING, /* links send the rest, the journal takes the rest */
    RUNTIME_CLOSING,  /* handles are closing */
    RUNTIME_CLOSED,
};

struct runtime {
    struct runtime_options options;
    enum runtime_state state;
    struct node *node;
    struct effects effects;
    bool stepping;
    uint64_t last_command;
    uint64_t stop_command;
    struct moment moment;
    struct disk disk;
    struct settled told; /* results that the node knows, too: notices wait for that */
    struct hold replies, notices;
    struct tcp *tcp;
    struct listener listener;
    bool has_listener;
    uint16_t port;
    struct netwatch netwatch;
    bool has_netwatch;
    uint64_t wake_ms;
    uv_timer_t wake;
    uv_async_t results_wakeup; /* the storage thread has results */
    uv_timer_t stop_deadline;
    uv_prepare_t stop_check;
    uv_prepare_t turn_end;
    unsigned open_parts;
    void (*on_stopped)(void *arg);
    void *stopped_arg;
};

/* runtime.c */
void runtime_on_wake(uv_timer_t *timer);

/* runtime_effects.c */
void runtime_carry_out(struct runtime *runtime, const struct effect *effect);
void runtime_remark(struct runtime *runtime, const char *text, enum error error);
/* What waited for a batch that is settled now: replies alone, or notices of what the node knows, too. */
void runtime_release_replies(struct runtime *runtime);
void runtime_release_held(struct runtime *runtime);
void runtime_fail_held(struct runtime *runtime); /* with ERR_SHUTTING_DOWN */
void runtime_refuse(struct runtime *runtime, const struct command *command);
