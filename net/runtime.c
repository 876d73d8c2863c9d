/* SPDX-License-Identifier: MIT */
#include "runtime.h"
#include "address.h"
#include "core/alloc.h"
#include "disk.h"
#include "hold.h"
#include "listener.h"
#include "moment.h"
#include "netwatch.h"
#include "tcp.h"
#include <assert.h>
#include <stdlib.h>

#define ACCEPTED_MAX 512
#define STOP_MS 1000
#define RESULTS_PER_TURN 64

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

static void log_remark(struct runtime *runtime, const char *text, enum error error)
{
    const struct runtime_callbacks *tell = &runtime->options.callbacks;

    if (tell->on_log)
        tell->on_log(tell->arg, BYTES_TEXT(text), error);
}

/* ---------------------------------------------------------------- what waited for a batch */

static void deliver_reply(void *arg, const struct effect *effect, enum error failure)
{
    struct runtime *runtime = arg;
    const struct runtime_callbacks *tell = &runtime->options.callbacks;
    struct effect reply = *effect;

    if (failure)
        reply.error = failure;
    if (tell->on_reply && reply.command != runtime->stop_command)
        tell->on_reply(tell->arg, &reply);
}

static void deliver_notice(void *arg, const struct effect *effect, enum error failure)
{
    struct runtime *runtime = arg;
    const struct runtime_callbacks *tell = &runtime->options.callbacks;

    if (tell->on_notice && !failure)
        tell->on_notice(tell->arg, effect);
}

static void end_read(struct runtime *runtime)
{
    const struct storage *storage = runtime->options.storage;
    storage->end(storage->ctx);
}

static void release_replies(struct runtime *runtime)
{
    hold_release(&runtime->replies, &runtime->disk.settled, deliver_reply, runtime);
}

static void release_held(struct runtime *runtime)
{
    release_replies(runtime);
    hold_release(&runtime->notices, &runtime->told, deliver_notice, runtime);
    end_read(runtime); /* the callbacks may have asked the node */
}

/* ---------------------------------------------------------------- effects */

static void on_wake(uv_timer_t *timer);

static void set_wake(struct runtime *runtime, uint64_t wake_ms)
{
    uint64_t now = moment_mono_ms();

    runtime->wake_ms = wake_ms;
    uv_timer_stop(&runtime->wake);
    if (wake_ms == UINT64_MAX || runtime->state != RUNTIME_RUNNING)
        return;
    uv_update_time(runtime->options.loop); /* a long step has passed since the loop looked */
    uv_timer_start(&runtime->wake, on_wake, wake_ms > now ? wake_ms - now : 0, 0);
}

static void announce(struct runtime *runtime, const struct effect *effect)
{
    const struct runtime_callbacks *tell = &runtime->options.callbacks;

    if (tell->on_announce && runtime->state == RUNTIME_RUNNING)
        tell->on_announce(tell->arg, &effect->beacon, effect->again, runtime->port);
}

static struct bytes effect_bytes(const struct runtime *runtime, const struct effect *effect)
{
    return (struct bytes){runtime->effects.arena.data + effect->at, effect->size};
}

static void carry_out(struct runtime *runtime, const struct effect *effect)
{
    const struct runtime_callbacks *tell = &runtime->options.callbacks;

    switch (effect->type) {
    case EFFECT_PERSIST:
        disk_submit(&runtime->disk, effect->batch);
        return;
    case EFFECT_SEND:
        if (effect->ahead)
            tcp_send_ahead(runtime->tcp, effect->link, effect_bytes(runtime, effect));
        else
            tcp_send(runtime->tcp, effect->link, effect->after, effect_bytes(runtime, effect));
        return;
    case EFFECT_DIAL:
        if (runtime->state == RUNTIME_RUNNING)
            tcp_dial(runtime->tcp, effect->dial, &effect->address);
        return;
    case EFFECT_CLOSE:
        tcp_close(runtime->tcp, effect->link);
        return;
    case EFFECT_WAKE:
        set_wake(runtime, effect->wake_ms);
        return;
    case EFFECT_ANNOUNCE:
        announce(runtime, effect);
        return;
    case EFFECT_REPLY:
        hold_push(&runtime->replies, effect);
        return;
    case EFFECT_NOTIFY:
        hold_push(&runtime->notices, effect);
        return;
    case EFFECT_LOG:
        if (tell->on_log)
            tell->on_log(tell->arg, effect_bytes(runtime, effect), effect->error);
        return;
    }
}

/* ---------------------------------------------------------------- the step */

static void step(struct runtime *runtime, struct event *event)
{
    char remark[DISK_REMARK_SIZE];

    assert(!runtime->stepping);
    runtime->stepping = true;
    moment_stamp(&runtime->moment, event);
    event->deaf = runtime->disk.behind;
    disk_space(&runtime->disk, event->mono_ms, &event->free_disk, &event->disk_size);
    if (disk_has_remark(&runtime->disk, remark))
        log_remark(runtime, remark, OK);

    end_read(runtime); /* a question before may have left an older snapshot */
    node_step(runtime->node, event, &runtime->effects);
    if (event->type == EVENT_PERSISTED)
        settled_note(&runtime->told, &event->persisted);
    for (size_t i = 0; i < runtime->effects.count; i++)
        carry_out(runtime, &runtime->effects.items[i]);
    tcp_flush(runtime->tcp);
    tcp_pause(runtime->tcp, runtime->disk.behind);
    end_read(runtime);

    runtime->stepping = false;
    release_held(runtime);
}

static void on_wake(uv_timer_t *timer)
{
    struct runtime *runtime = timer->data;
    struct event event = {.type = EVENT_TIME};

    if (moment_mono_ms() < runtime->wake_ms) { /* rounding of the two clocks */
        uv_timer_start(timer, on_wake, 1, 0);
        return;
    }
    runtime->wake_ms = UINT64_MAX;
    step(runtime, &event);
}

/* What is durable goes to the wire and to the callers first: the node's own work on it only adds to their waiting.
 * A failure the node must know before anything else can make it go on. */
static bool take_result(struct runtime *runtime)
{
    struct event event = {.type = EVENT_PERSISTED};

    if (!disk_take_result(&runtime->disk, &event.persisted))
        return false;
    tcp_settle(runtime->tcp);
    if (event.persisted.result == OK)
        release_replies(runtime);
    step(runtime, &event);
    return true;
}

static void on_results(uv_async_t *async)
{
    struct runtime *runtime = async->data;
    int taken = 0;

    while (taken < RESULTS_PER_TURN && take_result(runtime))
        taken++;
    if (taken == RESULTS_PER_TURN)
        uv_async_send(async);
}

/* Before the loop waits again.  Answers made in here may come after their senders' own turn: so it does not wait now.
 */
static void on_turn_end(uv_prepare_t *prepare)
{
    struct runtime *runtime = prepare->data;

    runtime_read_done(runtime);
    if (!disk_end_turn(&runtime->disk))
        return;
    while (take_result(runtime))
        continue;
    disk_hand_over(&runtime->disk);
    uv_async_send(&runtime->results_wakeup);
}

/* On the storage thread. */
static void wake_for_results(void *arg)
{
    struct runtime *runtime = arg;
    uv_async_send(&runtime->results_wakeup);
}

/* ---------------------------------------------------------------- links, callers, the network */

static void on_link_up(void *arg, uint64_t link, uint64_t dial, const struct address *address)
{
    struct runtime *runtime = arg;
    struct event event = {.type = EVENT_LINK_UP, .link = link, .dial = dial, .address = *address};

    if (runtime->state == RUNTIME_RUNNING)
        step(runtime, &event);
}

static void on_link_down(void *arg, uint64_t link, uint64_t dial, enum error reason)
{
    struct runtime *runtime = arg;
    struct event event = {.type = EVENT_LINK_DOWN, .link = link, .dial = dial, .reason = reason};

    if (runtime->state == RUNTIME_RUNNING)
        step(runtime, &event);
}

static void on_link_bytes(void *arg, uint64_t link, struct bytes bytes)
{
    struct runtime *runtime = arg;
    struct event event = {.type = EVENT_BYTES, .link = link, .bytes = bytes};

    if (runtime->state == RUNTIME_RUNNING)
        step(runtime, &event);
}

static void on_accepted(void *arg, int fd, const struct address *from)
{
    struct runtime *runtime = arg;
    tcp_accept(runtime->tcp, fd, from);
}

static bool has_room(void *arg)
{
    const struct runtime *runtime = arg;
    return runtime->state == RUNTIME_RUNNING && tcp_accepted(runtime->tcp) < ACCEPTED_MAX;
}

static void on_listener_troubled(void *arg, enum error reason)
{
    log_remark(arg, "connections cannot be accepted just now: too few file descriptors", reason);
}

static void on_network_change(void *arg)
{
    struct runtime *runtime = arg;
    struct event event = {.type = EVENT_NETWORK};

    if (runtime->state == RUNTIME_RUNNING)
        step(runtime, &event);
}

/* ---------------------------------------------------------------- beginning */

struct runtime *runtime_new(const struct runtime_options *options)
{
    struct runtime *runtime = alloc_zero(1, sizeof *runtime);
    const struct tcp_events events = {runtime, on_link_up, on_link_down, on_link_bytes};
    uv_loop_t *loop = options->loop;

    runtime->options = *options;
    disk_init(&runtime->disk, options->journal);
    runtime->tcp = tcp_new(loop, &runtime->disk.settled, &events);
    int status = uv_async_init(loop, &runtime->results_wakeup, on_results);
    assert(status == 0); /* the descriptor it needs was made with the loop */
    (void)status;
    uv_timer_init(loop, &runtime->wake);
    uv_timer_init(loop, &runtime->stop_deadline);
    uv_prepare_init(loop, &runtime->stop_check);
    uv_prepare_init(loop, &runtime->turn_end);
    runtime->results_wakeup.data = runtime;
    runtime->wake.data = runtime;
    runtime->stop_deadline.data = runtime;
    runtime->stop_check.data = runtime;
    runtime->turn_end.data = runtime;
    uv_prepare_start(&runtime->turn_end, on_turn_end);
    return runtime;
}

enum error runtime_listen(struct runtime *runtime, const struct address *where, struct address *ret_bound)
{
    enum error err = listener_open(&runtime->listener, where, ret_bound);
    if (err)
        return err;
    runtime->has_listener = true;
    runtime->port = ret_bound->port;
    if (!address_is_any(ret_bound))
        tcp_dial_from(runtime->tcp, ret_bound);
    return OK;
}

void runtime_start(struct runtime *runtime, struct node *node)
{
    const struct listener_events events = {runtime, on_accepted, on_listener_troubled, has_room};
    const struct journal *journal = runtime->options.journal;
    struct event event = {.type = EVENT_START, .restored = runtime->options.restored};

    assert(runtime->state == RUNTIME_NEW);
    runtime->state = RUNTIME_RUNNING;
    runtime->node = node;
    journal->set_wakeup(journal->ctx, wake_for_results, runtime);
    if (runtime->has_listener)
        listener_start(&runtime->listener, runtime->options.loop, &events);
    enum error err = netwatch_open(&runtime->netwatch, runtime->options.loop, on_network_change, runtime);
    runtime->has_netwatch = err == OK;
    if (err)
        log_remark(runtime, "changes of the network will not be noticed at once", err);
    step(runtime, &event);
}

/* ---------------------------------------------------------------- asked from outside */

uint64_t runtime_command_id(struct runtime *runtime)
{
    return ++runtime->last_command;
}

void runtime_command(struct runtime *runtime, const struct command *command)
{
    struct event event = {.type = EVENT_COMMAND, .command = command};
    struct effect refusal = {.type = EFFECT_REPLY, .command = command->id, .error = ERR_SHUTTING_DOWN};

    if (runtime->state == RUNTIME_RUNNING)
        step(runtime, &event);
    else
        deliver_reply(runtime, &refusal, OK);
}

void runtime_peer_seen(struct runtime *runtime, struct bytes instance, const struct beacon *beacon,
                       const struct address *address)
{
    struct event event = {.type = EVENT_PEER_SEEN, .instance = instance, .beacon = *beacon, .address = *address};

    if (runtime->state == RUNTIME_RUNNING)
        step(runtime, &event);
}

void runtime_peer_gone(struct runtime *runtime, struct bytes instance)
{
    struct event event = {.type = EVENT_PEER_GONE, .instance = instance};

    if (runtime->state == RUNTIME_RUNNING)
        step(runtime, &event);
}

void runtime_read_done(struct runtime *runtime)
{
    end_read(runtime);
}

/* ---------------------------------------------------------------- the end */

static void on_part_closed(void *arg)
{
    struct runtime *runtime = arg;

    if (--runtime->open_parts > 0)
        return;
    runtime->state = RUNTIME_CLOSED;
    runtime->on_stopped(runtime->stopped_arg);
}

static void on_handle_closed(uv_handle_t *handle)
{
    on_part_closed(handle->data);
}

static void close_parts(struct runtime *runtime)
{
    uv_handle_t *handles[] = {(uv_handle_t *)&runtime->results_wakeup, (uv_handle_t *)&runtime->wake,
                              (uv_handle_t *)&runtime->stop_deadline, (uv_handle_t *)&runtime->stop_check,
                              (uv_handle_t *)&runtime->turn_end};
    size_t count = sizeof handles / sizeof *handles;
    const struct journal *journal = runtime->options.journal;

    runtime->state = RUNTIME_CLOSING;
    if (runtime->node)
        journal->set_wakeup(journal->ctx, NULL, NULL);
    hold_fail(&runtime->replies, ERR_SHUTTING_DOWN, deliver_reply, runtime);
    hold_fail(&runtime->notices, ERR_SHUTTING_DOWN, deliver_notice, runtime);

    runtime->open_parts = (unsigned)count + 1u + runtime->has_listener + runtime->has_netwatch;
    for (size_t i = 0; i < count; i++)
        uv_close(handles[i], on_handle_closed);
    tcp_stop(runtime->tcp, on_part_closed, runtime);
    if (runtime->has_listener)
        listener_close(&runtime->listener, on_part_closed, runtime);
    if (runtime->has_netwatch)
        netwatch_close(&runtime->netwatch, on_part_closed, runtime);
}

static void on_stop_deadline(uv_timer_t *timer)
{
    close_parts(timer->data);
}

static void on_stop_check(uv_prepare_t *prepare)
{
    struct runtime *runtime = prepare->data;

    if (tcp_is_empty(runtime->tcp) && disk_is_idle(&runtime->disk))
        close_parts(runtime);
}

void runtime_stop(struct runtime *runtime, void (*on_stopped)(void *arg), void *arg)
{
    struct command command = {.type = COMMAND_STOP};
    struct event event = {.type = EVENT_COMMAND, .command = &command};

    assert(runtime->state == RUNTIME_NEW || runtime->state == RUNTIME_RUNNING);
    runtime->on_stopped = on_stopped;
    runtime->stopped_arg = arg;
    if (runtime->state == RUNTIME_RUNNING) {
        command.id = runtime->stop_command = runtime_command_id(runtime);
        step(runtime, &event);
        tcp_close_all(runtime->tcp);
        uv_timer_stop(&runtime->wake);
    }
    runtime->state = RUNTIME_STOPPING;
    uv_update_time(runtime->options.loop);
    uv_timer_start(&runtime->stop_deadline, on_stop_deadline, STOP_MS, 0);
    uv_prepare_start(&runtime->stop_check, on_stop_check);
}

void runtime_free(struct runtime *runtime)
{
    if (!runtime)
        return;
    assert(runtime->state == RUNTIME_CLOSED);
    tcp_free(runtime->tcp);
    disk_done(&runtime->disk);
    moment_done(&runtime->moment);
    effects_done(&runtime->effects);
    free(runtime);
}
