/* SPDX-License-Identifier: MIT */
#include "runtime_parts.h"

#include "address.h"
#include "core/base/alloc.h"
#include <assert.h>
#include <stdlib.h>

#define ACCEPTED_MAX 512
#define STOP_MS 1000
#define RESULTS_PER_TURN 64

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
        runtime_remark(runtime, remark, OK);

    runtime_read_done(runtime); /* a question before may have left an older snapshot */
    node_step(runtime->node, event, &runtime->effects);
    if (event->type == EVENT_PERSISTED)
        settled_note(&runtime->told, &event->persisted);
    for (size_t i = 0; i < runtime->effects.count; i++)
        runtime_carry_out(runtime, &runtime->effects.items[i]);
    tcp_flush(runtime->tcp);
    tcp_pause(runtime->tcp, runtime->disk.behind);
    runtime_read_done(runtime);

    runtime->stepping = false;
    runtime_release_held(runtime);
}

void runtime_on_wake(uv_timer_t *timer)
{
    struct runtime *runtime = timer->data;
    struct event event = {.type = EVENT_TIME};

    if (moment_mono_ms() < runtime->wake_ms) { /* rounding of the two clocks */
        uv_timer_start(timer, runtime_on_wake, 1, 0);
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
        runtime_release_replies(runtime);
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
    runtime_remark(arg, "connections cannot be accepted just now: too few file descriptors", reason);
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
        runtime_remark(runtime, "changes of the network will not be noticed at once", err);
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

    if (runtime->state == RUNTIME_RUNNING)
        step(runtime, &event);
    else
        runtime_refuse(runtime, command);
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
    const struct storage *storage = runtime->options.storage;
    storage->end(storage->ctx);
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
    runtime_fail_held(runtime);

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
