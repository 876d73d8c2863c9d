/* SPDX-License-Identifier: MIT */
#include "listener.h"
#include "address.h"
#include "loop_error.h"
#include "moment.h"
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#define BACKLOG 256
#define ACCEPTS_PER_TURN 64
#define PAUSE_MS 500 /* after running out of file descriptors */

/* ---------------------------------------------------------------- listening */

static bool is_any(const struct address *address)
{
    static const uint8_t any[16];
    return memcmp(address->ip, any, sizeof any) == 0;
}

static enum error open_socket(const struct address *where, int *ret)
{
    struct sockaddr_storage name;
    socklen_t size = address_to_sockaddr(where, &name);
    int on = 1, off = 0;

    int fd = socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return loop_error(-errno);
    /* A restarted node gets its port back although old connections linger. */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (name.ss_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, is_any(where) ? &off : &on, sizeof off);
    if (bind(fd, (const struct sockaddr *)&name, size) != 0 || listen(fd, BACKLOG) != 0) {
        enum error err = loop_error(-errno);
        close(fd);
        return err;
    }
    *ret = fd;
    return OK;
}

static enum error bound_to(int fd, struct address *ret)
{
    struct sockaddr_storage name;
    socklen_t size = sizeof name;

    if (getsockname(fd, (struct sockaddr *)&name, &size) != 0)
        return loop_error(-errno);
    return address_from_sockaddr((const struct sockaddr *)&name, ret);
}

enum error listener_open(struct listener *listener, const struct address *where, struct address *ret_bound)
{
    struct address ipv4_any = {.ip = {[10] = 0xff, [11] = 0xff}, .port = where->port};
    int fd = -1;

    enum error err = open_socket(where, &fd);
    if (err == ERR_NETWORK && is_any(where)) /* a machine without IPv6 */
        err = open_socket(&ipv4_any, &fd);
    if (err)
        return err;
    err = bound_to(fd, ret_bound);
    if (err) {
        close(fd);
        return err;
    }
    *listener = (struct listener){.fd = fd};
    return OK;
}

/* ---------------------------------------------------------------- accepting */

static void on_readable(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *timer)
{
    struct listener *listener = timer->data;
    uv_poll_start(&listener->poll, UV_READABLE, on_readable);
}

/* The callers wait in the kernel's queue meanwhile. */
static void pause_for_a_while(struct listener *listener)
{
    uv_poll_stop(&listener->poll);
    uv_timer_start(&listener->pause, on_pause_over, PAUSE_MS, 0);
    if (!listener->troubled)
        listener->events.troubled(listener->events.arg, ERR_LIMIT);
    listener->troubled = true;
}

static void let_in(struct listener *listener, int fd, const struct sockaddr_storage *name)
{
    struct listener_events *events = &listener->events;
    struct address from;

    listener->troubled = false;
    if (address_from_sockaddr((const struct sockaddr *)name, &from) == OK && events->has_room(events->arg) &&
        admission_take(&listener->admission, &from, moment_mono_ms()))
        events->accepted(events->arg, fd, &from);
    else
        close(fd);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct listener *listener = poll->data;

    (void)status; /* whatever it is, accept4() says it better */
    (void)events;
    for (int i = 0; i < ACCEPTS_PER_TURN && !uv_is_closing((uv_handle_t *)poll); i++) {
        struct sockaddr_storage name;
        socklen_t size = sizeof name;
        int fd = accept4(listener->fd, (struct sockaddr *)&name, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            let_in(listener, fd, &name);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause_for_a_while(listener);
            return;
        } else if (errno == EAGAIN) {
            return;
        } /* else the caller is gone already (accept(2)): the next one */
    }
}

void listener_start(struct listener *listener, uv_loop_t *loop, const struct listener_events *events)
{
    listener->events = *events;
    admission_init(&listener->admission, moment_mono_ms());
    if (uv_poll_init(loop, &listener->poll, listener->fd) != 0) {
        listener->events.troubled(listener->events.arg, ERR_LIMIT);
        return;
    }
    uv_timer_init(loop, &listener->pause);
    listener->poll.data = listener;
    listener->pause.data = listener;
    listener->open_handles = 2;
    listener->started = true;
    uv_poll_start(&listener->poll, UV_READABLE, on_readable);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct listener *listener = handle->data;

    if (--listener->open_handles > 0)
        return;
    close(listener->fd);
    listener->on_closed(listener->closed_arg);
}

void listener_close(struct listener *listener, void (*on_closed)(void *arg), void *arg)
{
    listener->on_closed = on_closed;
    listener->closed_arg = arg;
    if (!listener->started) {
        close(listener->fd);
        on_closed(arg);
        return;
    }
    uv_close((uv_handle_t *)&listener->poll, on_handle_closed);
    uv_close((uv_handle_t *)&listener->pause, on_handle_closed);
}
