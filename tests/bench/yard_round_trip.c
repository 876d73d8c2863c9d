/* SPDX-License-Identifier: MIT */
#include "core/base/alloc.h"
#include "process.h"
#include "yard.h"
#include "yard_link.h"
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

/* One end: a libuv loop over the link's socket, which seals and opens. */
struct end {
    struct yard_link *link;
    uv_loop_t loop;
    uv_tcp_t tcp;
    struct bytes frame;  /* the asking end: what goes out */
    size_t left;         /* round trips to go; the answering end: 0 */
    uint64_t started;    /* of the round trip under way */
    struct samples *ret; /* the asking end's */
};

/* A small frame always fits into the socket's buffer: nothing is queued. */
static void send_frame(struct end *end, struct bytes plain)
{
    yard_link_queue(end->link, plain);
    uv_buf_t out = uv_buf_init((char *)end->link->out.data, (unsigned)end->link->out.size);
    if (uv_try_write((uv_stream_t *)&end->tcp, &out, 1) != (int)end->link->out.size)
        die("a frame was not taken at once");
    end->link->out.size = 0;
}

static void ask(struct end *end)
{
    end->started = now_ns();
    send_frame(end, end->frame);
}

static void on_frame(struct end *end, struct bytes plain)
{
    if (!end->ret) {
        send_frame(end, plain);
        return;
    }
    samples_add(end->ret, seconds_since(end->started));
    if (--end->left > 0)
        ask(end);
    else
        uv_close((uv_handle_t *)&end->tcp, NULL);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct end *end = handle->data;
    struct buffer *in = &end->link->in;

    in->size = end->link->at = 0; /* one small frame at a time arrives whole */
    buffer_reserve(in, suggested);
    *ret = uv_buf_init((char *)in->data, (unsigned)suggested);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct end *end = stream->data;
    struct bytes plain;

    (void)buffer;
    if (count < 0) {
        uv_close((uv_handle_t *)stream, NULL);
        return;
    }
    end->link->in.size += (size_t)count;
    while (yard_link_next(end->link, &plain))
        on_frame(end, plain);
}

static void run(struct end *end)
{
    if (uv_loop_init(&end->loop) || uv_tcp_init(&end->loop, &end->tcp) || uv_tcp_open(&end->tcp, dup(end->link->fd)))
        die("libuv does not take the connection");
    end->tcp.data = end;
    uv_read_start((uv_stream_t *)&end->tcp, give_room, on_read);
    if (end->left > 0)
        ask(end);
    uv_run(&end->loop, UV_RUN_DEFAULT);
    uv_loop_close(&end->loop);
}

void yard_round_trips(size_t count, size_t size, struct samples *ret)
{
    struct yard_link link;
    pid_t child = yard_link_fork(&link);
    struct end end = {.link = &link};

    if (child == 0) {
        run(&end);
        _exit(0);
    }
    uint8_t *text = alloc_zero(1, size);
    end.frame = (struct bytes){text, size};
    end.left = count;
    end.ret = ret;
    run(&end);
    free(text);
    yard_link_done(&link);
    process_join(child);
}
