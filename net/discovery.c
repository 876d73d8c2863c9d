/* SPDX-License-Identifier: MIT */
#include "discovery.h"
#include "core/base/alloc.h"
#include "discovery_wire.h"
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HELPER_NAME "zuruf-discover"
#ifndef ZURUF_LIBEXEC_DIR
#define ZURUF_LIBEXEC_DIR "/usr/libexec/zuruf"
#endif

#define PING_MS 5000
#define PINGS_UNANSWERED_MAX 3
#define RESTART_MIN_MS 200
#define RESTART_MAX_MS 30000
#define HEALTHY_MS 60000 /* a helper that lived so long earns a quick restart */
#define STOP_MS 1000
#define UNSENT_MAX (64u << 10)
#define FRAMES_PER_SECOND 1000 /* the helper tells at most a tenth of that */

/* One helper process.  Freed when libuv has let go of its handles. */
struct child {
    struct discovery *owner;
    uv_process_t process;
    uv_pipe_t pipe;
    struct buffer in;
    uint64_t started_ms;
    uint64_t window_ms; /* start of the second that `frames` counts */
    unsigned frames;
    unsigned unanswered;
    unsigned handles; /* not closed yet */
    bool exited;
    bool ending;    /* nothing it says counts any more */
    bool explained; /* the log knows why it ends */
};

struct discovery {
    struct discovery_options options;
    char helper[PATH_MAX];
    uv_timer_t timer; /* pings while a child runs, then the restart; the force of stop */
    struct child *child;
    unsigned delay_ms;
    bool announcing;
    struct discovery_message announcement;
    bool stopping;
    void (*stopped)(void *arg);
};

struct write {
    uv_write_t request;
    struct buffer bytes;
};

static void start_child(struct discovery *discovery);

__attribute__((format(printf, 2, 3))) static void tell(struct discovery *discovery, const char *format, ...)
{
    char line[DISCOVERY_LOG_MAX + 1];
    va_list arguments;
    if (discovery->stopping || !discovery->options.log)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    discovery->options.log(discovery->options.arg, line);
}

/* ---------------------------------------------------------------- the end of a helper */

static void on_timer_closed(uv_handle_t *handle)
{
    struct discovery *discovery = handle->data;
    void (*stopped)(void *) = discovery->stopped;
    void *arg = discovery->options.arg;
    free(discovery);
    if (stopped)
        stopped(arg);
}

static void on_restart(uv_timer_t *timer)
{
    start_child(timer->data);
}

/* There is no helper now: ends the discovery, or waits for the next try. */
static void childless(struct discovery *discovery)
{
    discovery->child = NULL;
    uv_timer_stop(&discovery->timer);
    if (discovery->stopping) {
        uv_close((uv_handle_t *)&discovery->timer, on_timer_closed);
        return;
    }
    uv_timer_start(&discovery->timer, on_restart, discovery->delay_ms, 0);
    discovery->delay_ms = discovery->delay_ms > RESTART_MAX_MS / 2 ? RESTART_MAX_MS : discovery->delay_ms * 2;
}

static void on_child_handle_closed(uv_handle_t *handle)
{
    struct child *child = handle->data;
    if (--child->handles > 0)
        return;
    struct discovery *discovery = child->owner;
    if (uv_now(discovery->options.loop) - child->started_ms >= HEALTHY_MS)
        discovery->delay_ms = RESTART_MIN_MS;
    buffer_done(&child->in);
    free(child);
    childless(discovery);
}

static void close_pipe(struct child *child)
{
    child->ending = true;
    if (!uv_is_closing((uv_handle_t *)&child->pipe))
        uv_close((uv_handle_t *)&child->pipe, on_child_handle_closed);
}

/* Through libuv, and only before the exit was collected: the pid cannot belong to another process yet. */
static void kill_child(struct child *child)
{
    if (!child->exited)
        uv_process_kill(&child->process, SIGKILL);
    close_pipe(child);
}

static void give_up(struct child *child, const char *reason)
{
    if (!child->ending)
        tell(child->owner, "discovery helper %s: starting it again", reason);
    child->explained = true;
    kill_child(child);
}

static void on_child_exit(uv_process_t *process, int64_t status, int signal)
{
    struct child *child = process->data;
    child->exited = true;
    if (!child->explained)
        tell(child->owner, "discovery helper ended (status %d, signal %d)", (int)status, signal);
    close_pipe(child);
    uv_close((uv_handle_t *)process, on_child_handle_closed);
}

/* ---------------------------------------------------------------- to the helper */

static void on_written(uv_write_t *request, int status)
{
    (void)status; /* a broken pipe shows in on_read() and on_child_exit() */
    struct write *write = (struct write *)request;
    buffer_done(&write->bytes);
    free(write);
}

static void send_message(struct child *child, const struct discovery_message *message)
{
    if (child->ending)
        return;
    if (uv_stream_get_write_queue_size((uv_stream_t *)&child->pipe) > UNSENT_MAX) {
        give_up(child, "does not listen");
        return;
    }
    struct write *write = alloc_zero(1, sizeof *write);
    discovery_encode(&write->bytes, message);
    uv_buf_t part = uv_buf_init((char *)write->bytes.data, (unsigned)write->bytes.size);
    if (uv_write(&write->request, (uv_stream_t *)&child->pipe, &part, 1, on_written))
        on_written(&write->request, 0);
}

static void on_ping(uv_timer_t *timer)
{
    struct discovery *discovery = timer->data;
    struct child *child = discovery->child;
    /* Counted, not timed: after this process itself was stopped for a while, an answer may just wait to be read. */
    if (child->unanswered == PINGS_UNANSWERED_MAX) {
        give_up(child, "is frozen");
        return;
    }
    child->unanswered++;
    send_message(child, &(struct discovery_message){.type = DISCOVERY_PING});
}

/* ---------------------------------------------------------------- from the helper */

static void tell_line(struct discovery *discovery, struct bytes text)
{
    char line[DISCOVERY_LOG_MAX + 1];
    for (size_t i = 0; i < text.size; i++)
        line[i] = text.data[i] >= ' ' && text.data[i] < 0x7f ? (char)text.data[i] : '?';
    tell(discovery, "discovery: %.*s", (int)text.size, line);
}

/* false: nothing a helper may say. */
static bool handle_message(struct discovery *discovery, const struct discovery_message *message)
{
    const struct discovery_options *options = &discovery->options;
    switch (message->type) {
    case DISCOVERY_SEEN:
        options->seen(options->arg, message->instance, &message->address, &message->beacon);
        return true;
    case DISCOVERY_GONE:
        options->gone(options->arg, message->instance);
        return true;
    case DISCOVERY_LOG:
        tell_line(discovery, message->text);
        return true;
    case DISCOVERY_PONG:
        return true;
    case DISCOVERY_ANNOUNCE:
    case DISCOVERY_PING:
        break;
    }
    return false;
}

static bool within_rate(struct child *child)
{
    uint64_t now = uv_now(child->owner->options.loop);
    if (now - child->window_ms >= 1000) {
        child->window_ms = now;
        child->frames = 0;
    }
    return ++child->frames <= FRAMES_PER_SECOND;
}

/* OK: all complete frames are handled. */
static enum error handle_frames(struct child *child)
{
    size_t done = 0;
    enum error err = OK;
    while (!err && !child->ending) {
        struct discovery_message message;
        size_t used;
        err = discovery_decode((struct bytes){child->in.data + done, child->in.size - done}, &message, &used);
        if (err)
            break;
        done += used;
        child->unanswered = 0;
        if (!within_rate(child))
            err = ERR_LIMIT;
        else if (!handle_message(child->owner, &message))
            err = ERR_MALFORMED;
    }
    buffer_cut_front(&child->in, done);
    return err == ERR_NOT_FOUND ? OK : err;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_part)
{
    (void)suggested;
    struct child *child = handle->data;
    /* What is kept between two reads is less than a frame, so this stays bounded. */
    size_t size = child->in.size;
    buffer_reserve(&child->in, 4096);
    *ret_part = uv_buf_init((char *)child->in.data + size, 4096);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *part)
{
    (void)part;
    struct child *child = stream->data;
    if (count == 0 || child->ending)
        return;
    if (count < 0) { /* it closed its end, mostly by ending: its exit tells more */
        kill_child(child);
        return;
    }
    child->in.size += (size_t)count;
    enum error err = handle_frames(child);
    if (err)
        give_up(child, err == ERR_LIMIT ? "talks too much" : "sends nonsense");
}

/* ---------------------------------------------------------------- the start of a helper */

static int spawn(struct child *child)
{
    char *arguments[] = {(char[]){HELPER_NAME}, NULL};
    uv_stdio_container_t stdio[4] = {
        {.flags = UV_IGNORE},
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = 2}, /* a crash report belongs beside the node's */
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&child->pipe},
    };
    uv_process_options_t options = {
        .file = child->owner->helper,
        .args = arguments,
        .stdio = stdio,
        .stdio_count = 4,
        .exit_cb = on_child_exit,
    };
    return uv_spawn(child->owner->options.loop, &child->process, &options);
}

static void start_child(struct discovery *discovery)
{
    uv_loop_t *loop = discovery->options.loop;
    struct child *child = alloc_zero(1, sizeof *child);
    *child = (struct child){.owner = discovery, .started_ms = uv_now(loop), .window_ms = uv_now(loop), .handles = 2};
    child->process.data = child;
    uv_pipe_init(loop, &child->pipe, 0);
    child->pipe.data = child;
    discovery->child = child;

    int failed = spawn(child);
    if (failed) {
        tell(discovery, "cannot start the discovery helper: %s", uv_strerror(failed));
        child->exited = true;
        uv_close((uv_handle_t *)&child->process, on_child_handle_closed);
        close_pipe(child);
        return;
    }
    uv_read_start((uv_stream_t *)&child->pipe, on_alloc, on_read);
    unsigned ping_ms = discovery->options.ping_ms;
    uv_timer_start(&discovery->timer, on_ping, ping_ms, ping_ms);
    if (discovery->announcing)
        send_message(child, &discovery->announcement);
}

/* ---------------------------------------------------------------- where the helper lies */

/* false: there is no such program. */
static bool try_path(const char *directory, size_t size, char out[PATH_MAX])
{
    int length = snprintf(out, PATH_MAX, "%.*s/" HELPER_NAME, (int)size, directory);
    return length > 0 && length < PATH_MAX && access(out, X_OK) == 0;
}

/* From a program in PREFIX/bin: PREFIX/libexec/zuruf, wherever the tree has been put. */
static bool try_installed(const char *directory, size_t size, char out[PATH_MAX])
{
    char libexec[PATH_MAX];
    int length = snprintf(libexec, sizeof libexec, "%.*s/../libexec/zuruf", (int)size, directory);
    return length > 0 && length < PATH_MAX && try_path(libexec, (size_t)length, out);
}

static bool find_helper(const char *given, char out[PATH_MAX])
{
    if (given)
        return snprintf(out, PATH_MAX, "%s", given) < PATH_MAX && access(out, X_OK) == 0;

    const char *directory = getenv("ZURUF_LIBEXEC");
    if (directory && *directory)
        return try_path(directory, strlen(directory), out);

    char self[PATH_MAX];
    size_t size = sizeof self;
    if (uv_exepath(self, &size) == 0) {
        const char *slash = memrchr(self, '/', size);
        if (slash && (try_path(self, (size_t)(slash - self), out) || try_installed(self, (size_t)(slash - self), out)))
            return true;
    }
    return try_path(ZURUF_LIBEXEC_DIR, strlen(ZURUF_LIBEXEC_DIR), out);
}

/* ---------------------------------------------------------------- for the runtime */

enum error discovery_start(const struct discovery_options *options, struct discovery **ret_discovery)
{
    char helper[PATH_MAX];
    if (!find_helper(options->helper, helper))
        return ERR_NOT_FOUND;

    struct discovery *discovery = alloc_zero(1, sizeof *discovery);
    discovery->options = *options;
    discovery->options.helper = NULL; /* the caller's; ours is the copy */
    if (!discovery->options.ping_ms)
        discovery->options.ping_ms = PING_MS;
    memcpy(discovery->helper, helper, sizeof helper);
    discovery->delay_ms = RESTART_MIN_MS;
    uv_timer_init(options->loop, &discovery->timer);
    discovery->timer.data = discovery;
    start_child(discovery);
    *ret_discovery = discovery;
    return OK;
}

void discovery_announce(struct discovery *discovery, const struct beacon *beacon, uint16_t port, bool again)
{
    discovery->announcement =
        (struct discovery_message){.type = DISCOVERY_ANNOUNCE, .address.port = port, .beacon = *beacon, .again = again};
    discovery->announcing = true;
    if (discovery->child)
        send_message(discovery->child, &discovery->announcement);
}

static void on_stop_timeout(uv_timer_t *timer)
{
    struct discovery *discovery = timer->data;
    kill_child(discovery->child);
}

void discovery_stop(struct discovery *discovery, void (*stopped)(void *arg))
{
    discovery->stopping = true;
    discovery->stopped = stopped;
    if (!discovery->child) {
        childless(discovery);
        return;
    }
    close_pipe(discovery->child); /* the helper takes that as the word to withdraw and leave */
    uv_timer_start(&discovery->timer, on_stop_timeout, STOP_MS, 0);
}
