/* SPDX-License-Identifier: MIT */
#include "rpc_connection.h"
#include "core/base/alloc.h"
#include "rpc_call.h"
#include "rpc_state.h"
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEPT_CAPACITY (64u << 10) /* a buffer that once grew beyond this is given back when it is empty */

static void on_closed(uv_handle_t *handle)
{
    struct rpc_connection *connection = (struct rpc_connection *)handle;

    rpc_state_forget(connection->rpc, connection);
    buffer_wipe(&connection->in);
    buffer_wipe(&connection->out);
    buffer_wipe(&connection->flight);
    free(connection);
}

void rpc_connection_close(struct rpc_connection *connection)
{
    if (connection->closing)
        return;
    connection->closing = true;
    connection->subscription.active = false;
    uv_close((uv_handle_t *)&connection->pipe, on_closed);
}

void rpc_connection_end(struct rpc_connection *connection)
{
    connection->ended = true;
    connection->line_left = false;
    connection->subscription.active = false;
    buffer_wipe(&connection->in);
    if (!connection->closing)
        uv_read_stop((uv_stream_t *)&connection->pipe);
}

size_t rpc_connection_unsent(const struct rpc_connection *connection)
{
    return connection->out.size + uv_stream_get_write_queue_size((const uv_stream_t *)&connection->pipe);
}

/* ---------------------------------------------------------------- lines in */

static bool may_take(const struct rpc_connection *connection)
{
    return !connection->ended && !connection->closing && connection->owed <= RPC_OWED_MAX &&
           rpc_connection_unsent(connection) <= RPC_UNSENT_MAX;
}

/* Lines may hold passphrases. */
static void forget_lines(struct buffer *in, size_t size)
{
    size_t before = in->size;

    buffer_cut_front(in, size);
    crypto_wipe(in->data + in->size, before - in->size);
}

static void take_lines(struct rpc_connection *connection)
{
    struct buffer *in = &connection->in;
    size_t at = 0;
    const uint8_t *feed = NULL;

    while (in->size > at && may_take(connection) && (feed = memchr(in->data + at, '\n', in->size - at)) != NULL) {
        struct bytes line = {in->data + at, (size_t)(feed - in->data) - at};
        at += line.size + 1;
        if (line.size > RPC_LINE_MAX)
            rpc_call_refuse_line(connection);
        else
            rpc_call_line(connection, line);
    }
    if (connection->ended)
        return;
    connection->line_left = in->size > at && !may_take(connection);
    if (at > 0)
        forget_lines(in, at);
    if (!connection->line_left && in->size > RPC_LINE_MAX)
        rpc_call_refuse_line(connection);
}

/* A last line may lack its line feed: an object that was cut off is no JSON, so nothing is taken for more than it is.
 */
static void on_end_of_input(struct rpc_connection *connection)
{
    buffer_append_byte(&connection->in, '\n');
    take_lines(connection);
    if (!connection->line_left)
        rpc_connection_end(connection);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct rpc_connection *connection = (struct rpc_connection *)stream;

    if (size == 0)
        return;
    uv_read_stop(stream); /* one chunk a turn: a client that floods the node slows down only itself */
    if (size == UV_EOF) {
        on_end_of_input(connection);
    } else if (size < 0) {
        rpc_connection_close(connection);
    } else {
        buffer_append(&connection->in, (struct bytes){(const uint8_t *)buf->base, (size_t)size});
        crypto_wipe(buf->base, (size_t)size);
        take_lines(connection);
    }
    rpc_state_read_done(connection->rpc);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct rpc_connection *connection = (struct rpc_connection *)handle;

    (void)suggested;
    *ret = uv_buf_init(connection->rpc->chunk, sizeof connection->rpc->chunk);
}

/* ---------------------------------------------------------------- answers out */

/* What people wrote was in there. */
static void empty(struct buffer *buffer)
{
    crypto_wipe(buffer->data, buffer->size);
    if (buffer->capacity > KEPT_CAPACITY)
        buffer_done(buffer);
    buffer->size = 0;
}

static void on_written(uv_write_t *write, int status)
{
    struct rpc_connection *connection = (struct rpc_connection *)write->handle;

    connection->writing = false;
    empty(&connection->flight);
    if (status < 0)
        rpc_connection_close(connection);
}

/* The loop writes what the socket does not take at once. */
static void write_rest(struct rpc_connection *connection, size_t taken)
{
    struct buffer emptied = connection->flight;

    connection->flight = connection->out;
    connection->out = emptied;
    uv_buf_t rest = uv_buf_init((char *)connection->flight.data + taken, (unsigned)(connection->flight.size - taken));
    connection->writing = true;
    connection->taken_ms = uv_now(connection->pipe.loop);
    connection->queued_seen = rest.len;
    if (uv_write(&connection->write, (uv_stream_t *)&connection->pipe, &rest, 1, on_written) < 0) {
        connection->writing = false;
        rpc_connection_close(connection);
    }
}

static void note_what_was_taken(struct rpc_connection *connection)
{
    size_t queued = uv_stream_get_write_queue_size((const uv_stream_t *)&connection->pipe);

    if (queued == 0 || queued < connection->queued_seen)
        connection->taken_ms = uv_now(connection->pipe.loop);
    connection->queued_seen = queued;
}

void rpc_connection_flush(struct rpc_connection *connection)
{
    note_what_was_taken(connection);
    if (connection->closing || connection->writing || connection->out.size == 0)
        return;
    uv_buf_t all = uv_buf_init((char *)connection->out.data, (unsigned)connection->out.size);
    int taken = uv_try_write((uv_stream_t *)&connection->pipe, &all, 1);
    if (taken == UV_EAGAIN)
        taken = 0;
    if (taken < 0)
        rpc_connection_close(connection);
    else if ((size_t)taken == connection->out.size)
        empty(&connection->out);
    else
        write_rest(connection, (size_t)taken);
}

bool rpc_connection_turn(struct rpc_connection *connection)
{
    rpc_connection_flush(connection);
    if (connection->closing)
        return false;
    if (connection->line_left && may_take(connection)) {
        take_lines(connection);
        return true;
    }
    if (connection->ended && connection->owed == 0 && rpc_connection_unsent(connection) == 0)
        rpc_connection_close(connection);
    else if (!connection->line_left && may_take(connection))
        uv_read_start((uv_stream_t *)&connection->pipe, on_alloc, on_read);
    return false;
}

/* ---------------------------------------------------------------- the beginning */

/* The mode of the socket already keeps others out; this holds even where the home directory was opened up. */
static bool is_ours(uv_pipe_t *pipe)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    uv_os_fd_t fd;

    if (uv_fileno((uv_handle_t *)pipe, &fd) < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return false;
    return peer.uid == geteuid() || peer.uid == 0;
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

enum error rpc_connection_accept(struct rpc *rpc, uv_pipe_t *listener, uint64_t serial, struct rpc_connection **ret)
{
    struct rpc_connection *connection = alloc_zero(1, sizeof *connection);

    connection->rpc = rpc;
    connection->serial = serial;
    uv_pipe_init(listener->loop, &connection->pipe, 0);
    if (uv_accept((uv_stream_t *)listener, (uv_stream_t *)&connection->pipe) < 0 || !is_ours(&connection->pipe)) {
        uv_close((uv_handle_t *)&connection->pipe, free_handle);
        return ERR_NETWORK;
    }
    uv_read_start((uv_stream_t *)&connection->pipe, on_alloc, on_read);
    *ret = connection;
    return OK;
}
