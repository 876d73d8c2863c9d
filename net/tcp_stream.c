/* SPDX-License-Identifier: MIT
 * Reading and writing on one link. */
#include "loop_error.h"
#include "tcp_link.h"

#define WRITE_SIZE ((size_t)128 << 10) /* given to the kernel at once */

/* ---------------------------------------------------------------- reading */

/* libuv goes on reading a stream as long as the buffer comes back full; refusing the second one in a turn of the loop
 * lets the other links have theirs. */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct link *link = handle->data;
    struct tcp *tcp = link->tcp;

    (void)suggested;
    if (link->read_turn == tcp->turn) {
        *ret = uv_buf_init(NULL, 0);
        return;
    }
    link->read_turn = tcp->turn;
    *ret = uv_buf_init((char *)tcp->read_buffer, sizeof tcp->read_buffer);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct link *link = stream->data;
    struct tcp_events *events = &link->tcp->events;

    if (count == UV_ENOBUFS || count == 0) /* its turn is over */
        return;
    if (count < 0)
        link_fail(link, loop_error((int)count));
    else if (link->state == LINK_OPEN) /* while flushing nothing is listened to, only the end waited for */
        events->bytes(events->arg, link->id, (struct bytes){(const uint8_t *)buffer->base, (size_t)count});
}

void link_read(struct link *link)
{
    int status = uv_read_start((uv_stream_t *)&link->socket, on_alloc, on_read);

    if (status < 0 && status != UV_EALREADY)
        link_fail(link, loop_error(status));
}

/* ---------------------------------------------------------------- writing */

static size_t unsent(const struct link *link)
{
    return link->outbox.size + link->writing_size;
}

void link_queue(struct link *link, uint64_t after, struct bytes bytes)
{
    outbox_append(&link->outbox, after, bytes);
    if (unsent(link) > TCP_UNSENT_MAX)
        link_fail(link, ERR_SLOW);
    else if (settled_state(link->tcp->settled, after) == BATCH_FAILED)
        link_fail(link, settled_error(link->tcp->settled, after));
}

static void on_stall(uv_timer_t *timer)
{
    struct link *link = timer->data;
    size_t left = uv_stream_get_write_queue_size((const uv_stream_t *)&link->socket);

    if (left >= link->seen_queue) {
        link_fail(link, ERR_SLOW);
        return;
    }
    link->seen_queue = left;
    uv_timer_start(timer, on_stall, TCP_STALL_MS, 0);
}

static unsigned buffers_of(const struct segment *chain, uv_buf_t ret[OUTBOX_TAKE_MAX])
{
    unsigned count = 0;

    for (; chain; chain = chain->next)
        ret[count++] = uv_buf_init((char *)chain->bytes.data, (unsigned)chain->bytes.size);
    return count;
}

static void free_written(struct link *link)
{
    segments_free(link->writing);
    link->writing = NULL;
    link->writing_size = 0;
}

static void on_written(uv_write_t *write, int status)
{
    struct link *link = write->data;

    free_written(link);
    if (status < 0)
        link_fail(link, loop_error(status));
    else if (link->state == LINK_OPEN)
        uv_timer_stop(&link->timer);
    link_flush(link);
}

/* Writes the chain at once if the kernel takes it.  False: the rest is libuv's until on_written(), or it failed. */
static bool write_chain(struct link *link)
{
    uv_stream_t *stream = (uv_stream_t *)&link->socket;
    uv_buf_t buffers[OUTBOX_TAKE_MAX];

    int status = uv_try_write(stream, buffers, buffers_of(link->writing, buffers));
    if (status > 0) {
        link->writing = segments_cut(link->writing, (size_t)status);
        link->writing_size -= (size_t)status;
        if (!link->writing)
            return true;
    } else if (status < 0 && status != UV_EAGAIN) {
        goto fail;
    }

    link->write.data = link;
    link->seen_queue = link->writing_size;
    status = uv_write(&link->write, stream, buffers, buffers_of(link->writing, buffers), on_written);
    if (status < 0)
        goto fail;
    if (link->state == LINK_OPEN)
        uv_timer_start(&link->timer, on_stall, TCP_STALL_MS, 0);
    return false;

fail:
    free_written(link);
    link_fail(link, loop_error(status));
    return false;
}

/* ---------------------------------------------------------------- ending well */

static void on_shut(uv_shutdown_t *shutting, int status)
{
    /* The other side's end, or the timer, closes the link: closing with unread bytes would reset the connection, and
     * with it the last frames that explain why. */
    (void)shutting;
    (void)status;
}

static void end_stream(struct link *link)
{
    if (link->ended || link->writing || link->outbox.first)
        return;
    link->ended = true;
    if (uv_shutdown(&link->shutting, (uv_stream_t *)&link->socket, on_shut) < 0)
        link_end(link);
}

static void on_flushed_long_enough(uv_timer_t *timer)
{
    link_end(timer->data);
}

void link_finish(struct link *link)
{
    link->state = LINK_FLUSHING;
    link_remove(link);
    uv_update_time(link->tcp->loop);
    uv_timer_start(&link->timer, on_flushed_long_enough, TCP_FLUSH_MS, 0);
    link_read(link);
    link_flush(link);
}

void link_flush(struct link *link)
{
    bool taken = true;

    while (taken && !link->writing && (link->state == LINK_OPEN || link->state == LINK_FLUSHING)) {
        link->writing = outbox_take(&link->outbox, link->tcp->settled, WRITE_SIZE, &link->writing_size);
        taken = link->writing && write_chain(link);
    }
    if (link->state == LINK_FLUSHING)
        end_stream(link);
}
