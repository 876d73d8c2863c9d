/* SPDX-License-Identifier: MIT
 * The table of links, and the ways out of it.  A link is freed when its handles are closed and no list holds it. */
#include "core/base/alloc.h"
#include "loop_error.h"
#include "tcp_link.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#define USER_TIMEOUT_MS 15000u    /* unacknowledged for so long: the other side is gone (RFC 5482) */
#define KEEPALIVE_S 10u           /* finds half-open links on which nobody speaks */
#define NOT_SENT_MOST (256 << 10) /* in the kernel: what waits longer than that stays where it can be counted */

/* ---------------------------------------------------------------- one link */

struct link *link_new(struct tcp *tcp, enum link_state state, uint64_t dial, const struct address *address)
{
    struct link *link = alloc_zero(1, sizeof *link);

    link->tcp = tcp;
    link->id = ++tcp->next_id;
    link->dial = dial;
    link->address = *address;
    link->state = state;
    link->next = tcp->all;
    if (tcp->all)
        tcp->all->previous = link;
    tcp->all = link;
    if (dial == 0)
        tcp->accepted++;
    return link;
}

static void check_stopped(struct tcp *tcp)
{
    if (tcp->stopping && tcp->open_handles == 0 && !tcp->all)
        tcp->on_stopped(tcp->stopped_arg);
}

static void free_if_unused(struct link *link)
{
    struct tcp *tcp = link->tcp;

    if (link->state != LINK_GONE || link->open_handles > 0 || link->in_due || link->in_dirty)
        return;
    if (link->previous)
        link->previous->next = link->next;
    else
        tcp->all = link->next;
    if (link->next)
        link->next->previous = link->previous;
    free(link);
    check_stopped(tcp);
}

static void on_link_handle_closed(uv_handle_t *handle)
{
    struct link *link = handle->data;

    link->open_handles--;
    free_if_unused(link);
}

void link_open_handles(struct link *link)
{
    struct tcp *tcp = link->tcp;

    uv_tcp_init(tcp->loop, &link->socket);
    uv_timer_init(tcp->loop, &link->timer);
    link->socket.data = link;
    link->timer.data = link;
    link->open_handles = 2;
}

static void close_handles(struct link *link)
{
    if (link->open_handles == 0)
        return;
    uv_close((uv_handle_t *)&link->socket, on_link_handle_closed);
    uv_close((uv_handle_t *)&link->timer, on_link_handle_closed);
}

/* ---------------------------------------------------------------- found by its id */

static struct link **bucket_of(struct tcp *tcp, uint64_t id)
{
    return &tcp->buckets[id % TCP_BUCKETS];
}

static struct link *find(struct tcp *tcp, uint64_t id)
{
    struct link *link = *bucket_of(tcp, id);

    while (link && link->id != id)
        link = link->next_in_bucket;
    return link;
}

static void insert(struct link *link)
{
    struct link **bucket = bucket_of(link->tcp, link->id);

    link->next_in_bucket = *bucket;
    *bucket = link;
}

void link_remove(struct link *link)
{
    struct link **at = bucket_of(link->tcp, link->id);

    while (*at && *at != link)
        at = &(*at)->next_in_bucket;
    if (*at)
        *at = link->next_in_bucket;
}

/* ---------------------------------------------------------------- ways in and out */

static void set_options(struct link *link)
{
    unsigned timeout = USER_TIMEOUT_MS;
    int not_sent = NOT_SENT_MOST;
    uv_os_fd_t fd;

    uv_tcp_nodelay(&link->socket, 1);
    uv_tcp_keepalive(&link->socket, 1, KEEPALIVE_S);
    if (uv_fileno((uv_handle_t *)&link->socket, &fd) != 0)
        return;
    /* Without these a link works as well, only less tightly. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &not_sent, sizeof not_sent);
}

void link_enter(struct link *link)
{
    struct tcp *tcp = link->tcp;

    link->state = LINK_OPEN;
    link->was_up = true;
    uv_timer_stop(&link->timer);
    set_options(link);
    insert(link);
    if (!tcp->paused)
        link_read(link);
    tcp->events.up(tcp->events.arg, link->id, link->dial, &link->address);
}

static void leave(struct link *link, enum link_state state)
{
    struct tcp *tcp = link->tcp;

    if (link->state == LINK_DIALING)
        tcp->dialing--;
    if (link->dial == 0)
        tcp->accepted--;
    outbox_done(&link->outbox);
    link->state = state;
    close_handles(link);
}

void link_fail(struct link *link, enum error reason)
{
    switch (link->state) {
    case LINK_QUEUED:
    case LINK_DIALING:
    case LINK_OPEN:
        link->reason = reason;
        leave(link, LINK_FAILED);
        link_tell(link);
        return;
    case LINK_FLUSHING:
        link_end(link);
        return;
    case LINK_FAILED:
    case LINK_GONE:
        return;
    }
}

void link_end(struct link *link)
{
    link_remove(link);
    if (link->state == LINK_FAILED)
        link->state = LINK_GONE;
    else if (link->state != LINK_GONE)
        leave(link, LINK_GONE);
    free_if_unused(link);
}

/* ---------------------------------------------------------------- what is told in the next turn */

static void deliver(struct link *link)
{
    struct tcp_events *events = &link->tcp->events;

    link->in_due = false;
    if (link->state == LINK_FAILED) {
        link_remove(link);
        link->state = LINK_GONE;
        events->down(events->arg, link->was_up ? link->id : 0, link->dial, link->reason);
    }
    free_if_unused(link);
}

static void on_idle(uv_idle_t *idle)
{
    struct tcp *tcp = idle->data;
    struct link *due = tcp->due;

    uv_idle_stop(idle);
    tcp->due = NULL;
    while (due) {
        struct link *next = due->next_due;
        deliver(due);
        due = next;
    }
    dial_next(tcp);
}

void link_tell(struct link *link)
{
    struct tcp *tcp = link->tcp;

    if (link->in_due)
        return;
    link->in_due = true;
    link->next_due = tcp->due;
    tcp->due = link;
    uv_idle_start(&tcp->idle, on_idle);
}

static void on_prepare(uv_prepare_t *prepare)
{
    struct tcp *tcp = prepare->data;
    tcp->turn++;
}

/* ---------------------------------------------------------------- all links */

struct tcp *tcp_new(uv_loop_t *loop, const struct settled *settled, const struct tcp_events *events)
{
    struct tcp *tcp = alloc_zero(1, sizeof *tcp);

    tcp->loop = loop;
    tcp->settled = settled;
    tcp->events = *events;
    tcp->turn = 1; /* a new link was last read in turn 0 */
    uv_prepare_init(loop, &tcp->prepare);
    uv_idle_init(loop, &tcp->idle);
    tcp->prepare.data = tcp;
    tcp->idle.data = tcp;
    tcp->open_handles = 2;
    uv_prepare_start(&tcp->prepare, on_prepare);
    return tcp;
}

void tcp_accept(struct tcp *tcp, int fd, const struct address *from)
{
    struct link *link = link_new(tcp, LINK_OPEN, 0, from);

    link_open_handles(link);
    if (uv_tcp_open(&link->socket, fd) != 0) {
        close(fd);
        link_end(link);
        return;
    }
    link_enter(link);
}

size_t tcp_accepted(const struct tcp *tcp)
{
    return tcp->accepted;
}

static void mark_dirty(struct link *link)
{
    struct tcp *tcp = link->tcp;

    if (link->in_dirty)
        return;
    link->in_dirty = true;
    link->next_dirty = tcp->dirty;
    tcp->dirty = link;
}

void tcp_send(struct tcp *tcp, uint64_t id, uint64_t after, struct bytes bytes)
{
    struct link *link = find(tcp, id);

    if (!link || link->state != LINK_OPEN || bytes.size == 0)
        return;
    link_queue(link, after, bytes);
    mark_dirty(link);
}

void tcp_send_ahead(struct tcp *tcp, uint64_t id, struct bytes bytes)
{
    struct link *link = find(tcp, id);

    if (!link || link->state != LINK_OPEN)
        return;
    outbox_overtake(&link->outbox, tcp->settled, bytes);
    mark_dirty(link);
}

void tcp_flush(struct tcp *tcp)
{
    while (tcp->dirty) {
        struct link *link = tcp->dirty;
        tcp->dirty = link->next_dirty;
        link->in_dirty = false;
        link_flush(link);
        free_if_unused(link);
    }
}

void tcp_settle(struct tcp *tcp)
{
    struct link *next;

    for (struct link *link = tcp->all; link; link = next) {
        enum error reason = OK;
        next = link->next;
        if (outbox_has_failed(&link->outbox, tcp->settled, &reason))
            link_fail(link, reason);
        else
            link_flush(link);
    }
}

void tcp_close(struct tcp *tcp, uint64_t id)
{
    struct link *link = find(tcp, id);

    if (!link)
        return;
    if (link->state == LINK_OPEN)
        link_finish(link);
    else /* failed, and the core does not know yet: now it need not be told */
        link_end(link);
}

void tcp_pause(struct tcp *tcp, bool paused)
{
    if (paused == tcp->paused)
        return;
    tcp->paused = paused;
    for (struct link *link = tcp->all; link; link = link->next) {
        if (link->state != LINK_OPEN)
            continue;
        if (paused)
            uv_read_stop((uv_stream_t *)&link->socket);
        else
            link_read(link);
    }
}

void tcp_close_all(struct tcp *tcp)
{
    struct link *next;

    dial_forget(tcp);
    for (struct link *link = tcp->all; link; link = next) {
        next = link->next;
        if (link->state == LINK_OPEN)
            link_finish(link);
        else if (link->state != LINK_FLUSHING)
            link_end(link);
    }
}

bool tcp_is_empty(const struct tcp *tcp)
{
    return !tcp->all;
}

static void on_own_handle_closed(uv_handle_t *handle)
{
    struct tcp *tcp = handle->data;

    tcp->open_handles--;
    check_stopped(tcp);
}

void tcp_stop(struct tcp *tcp, void (*done)(void *arg), void *arg)
{
    struct link *next;

    tcp->on_stopped = done;
    tcp->stopped_arg = arg;
    dial_forget(tcp);
    for (struct link *link = tcp->all; link; link = next) {
        next = link->next;
        link->in_due = link->in_dirty = false; /* both lists are dropped */
        link_end(link);
    }
    tcp->due = tcp->dirty = NULL;
    tcp->stopping = true;
    uv_close((uv_handle_t *)&tcp->prepare, on_own_handle_closed);
    uv_close((uv_handle_t *)&tcp->idle, on_own_handle_closed);
}

void tcp_free(struct tcp *tcp)
{
    free(tcp);
}
