/* SPDX-License-Identifier: MIT */
#include "rpc.h"
#include "core/base/alloc.h"
#include "rpc_call.h"
#include "rpc_events.h"
#include "rpc_state.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* ---------------------------------------------------------------- state shared with the other files */

struct rpc_connection *rpc_state_connection(const struct rpc *rpc, uint64_t serial)
{
    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++)
        if (rpc->connections[i] && rpc->connections[i]->serial == serial)
            return rpc->connections[i]->closing ? NULL : rpc->connections[i];
    return NULL;
}

void rpc_state_read_done(const struct rpc *rpc)
{
    if (rpc->options.read_done)
        rpc->options.read_done(rpc->options.arg);
}

static void free_rpc(struct rpc *rpc)
{
    buffer_wipe(&rpc->scratch);
    free(rpc);
}

static void finish_if_closed(struct rpc *rpc)
{
    void (*closed)(void *arg) = rpc->closed;
    void *arg = rpc->closed_arg;

    if (!rpc->closing || rpc->open_handles > 0 || rpc->open_connections > 0)
        return;
    free_rpc(rpc);
    closed(arg);
}

void rpc_state_forget(struct rpc *rpc, const struct rpc_connection *connection)
{
    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++)
        if (rpc->connections[i] == connection)
            rpc->connections[i] = NULL;
    rpc->open_connections--;
    finish_if_closed(rpc);
}

/* ---------------------------------------------------------------- running */

static void on_again(uv_idle_t *idle)
{
    (void)idle; /* it only keeps the loop from waiting */
}

static void on_turn(uv_prepare_t *prepare)
{
    struct rpc *rpc = prepare->data;
    bool again = false;

    rpc_events_pull(rpc);
    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++)
        if (rpc->connections[i])
            again |= rpc_connection_turn(rpc->connections[i]);
    again |= rpc_events_waiting(rpc);
    rpc_state_read_done(rpc);
    if (again)
        uv_idle_start(&rpc->again, on_again);
    else
        uv_idle_stop(&rpc->again);
    if (rpc->stop == RPC_STOP_WANTED) {
        rpc->stop = RPC_STOP_TOLD;
        rpc->options.on_stop(rpc->options.arg);
    }
}

static struct rpc_connection **free_slot(struct rpc *rpc)
{
    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++)
        if (!rpc->connections[i])
            return &rpc->connections[i];
    return NULL;
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct rpc *rpc = listener->data;
    struct rpc_connection **slot = free_slot(rpc);
    struct rpc_connection *connection;

    if (status < 0 || rpc_connection_accept(rpc, (uv_pipe_t *)listener, ++rpc->serials, &connection) != OK)
        return;
    rpc->open_connections++;
    if (slot) {
        *slot = connection;
        return;
    }
    rpc_call_refuse_client(connection);
    rpc_connection_flush(connection);
    rpc_connection_close(connection);
}

void rpc_reply(struct rpc *rpc, const struct effect *reply)
{
    rpc_call_reply(rpc, reply);
}

void rpc_notice(struct rpc *rpc, const struct effect *notice)
{
    rpc_events_tell(rpc, &notice->notice);
}

/* ---------------------------------------------------------------- opening */

static enum error from_errno(int number)
{
    switch (number) {
    case EADDRINUSE:
        return ERR_BUSY;
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_PERMITTED;
    case ENOSPC:
    case EDQUOT:
        return ERR_DISK_FULL;
    default:
        return ERR_DISK;
    }
}

/* Whether a node answers at this socket; one that was killed leaves a socket behind that refuses. */
static enum error probe(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR_LIMIT;
    int result = connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ? errno : 0;
    close(fd);
    if (result == 0 || result == EAGAIN)
        return ERR_BUSY;
    return result == ECONNREFUSED ? OK : from_errno(result);
}

static enum error remove_leftover(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat status;

    if (strlen(path) >= sizeof address.sun_path)
        return ERR_TOO_BIG;
    if (lstat(path, &status) < 0)
        return errno == ENOENT ? OK : from_errno(errno);
    if (!S_ISSOCK(status.st_mode))
        return ERR_EXISTS;
    strcpy(address.sun_path, path);
    enum error err = probe(&address);
    if (!err && unlink(path) < 0)
        err = from_errno(errno);
    return err;
}

static enum error listen_at(uv_pipe_t *listener, const char *path)
{
    mode_t before = umask(0177); /* the socket must never exist with a wider mode, not even for a moment */
    int status = uv_pipe_bind(listener, path);

    umask(before);
    if (status == 0)
        status = uv_listen((uv_stream_t *)listener, RPC_CONNECTIONS_MAX, on_connection);
    return status < 0 ? from_errno(-status) : OK;
}

static void on_failed_closed(uv_handle_t *handle)
{
    free_rpc(handle->data);
}

static void start_turns(struct rpc *rpc)
{
    uv_loop_t *loop = rpc->options.loop;

    uv_prepare_init(loop, &rpc->turn);
    uv_idle_init(loop, &rpc->again);
    uv_timer_init(loop, &rpc->slow);
    rpc->turn.data = rpc->again.data = rpc->slow.data = rpc;
    rpc->open_handles = 4;
    uv_prepare_start(&rpc->turn, on_turn);
}

enum error rpc_open(const struct rpc_options *options, struct rpc **ret)
{
    enum error err = remove_leftover(options->path);
    if (err)
        return err;

    struct rpc *rpc = alloc_zero(1, sizeof *rpc);
    rpc->options = *options;
    uv_pipe_init(options->loop, &rpc->listener, 0);
    rpc->listener.data = rpc;
    err = listen_at(&rpc->listener, options->path);
    if (err) {
        uv_close((uv_handle_t *)&rpc->listener, on_failed_closed);
        return err;
    }
    start_turns(rpc);
    *ret = rpc;
    return OK;
}

/* ---------------------------------------------------------------- closing */

static void on_handle_closed(uv_handle_t *handle)
{
    struct rpc *rpc = handle->data;

    rpc->open_handles--;
    finish_if_closed(rpc);
}

void rpc_close(struct rpc *rpc, void (*closed)(void *arg), void *arg)
{
    rpc->closing = true;
    rpc->closed = closed;
    rpc->closed_arg = arg;
    rpc_call_abandon_all(rpc);
    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++) {
        if (!rpc->connections[i])
            continue;
        rpc_connection_flush(rpc->connections[i]);
        rpc_connection_close(rpc->connections[i]);
    }
    uv_close((uv_handle_t *)&rpc->listener, on_handle_closed); /* removes the socket's name as well */
    uv_close((uv_handle_t *)&rpc->turn, on_handle_closed);
    uv_close((uv_handle_t *)&rpc->again, on_handle_closed);
    uv_close((uv_handle_t *)&rpc->slow, on_handle_closed);
}
