/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "core/base/alloc.h"
#include "core/base/bytes.h"
#include "times.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_SIZE 65536
#define ANSWER_LINE_MAX ((size_t)64 << 20) /* our own node is trusted to mean what it sends, up to here */

struct client {
    int fd;
    bool ended; /* the node closed its side; what was read before is still handed out */
    uint64_t last_id;
    struct buffer out;
    struct buffer in;
    size_t in_at;      /* where the next line starts in `in` */
    size_t in_scanned; /* no line break before this */
    json_t *events;    /* params of notifications that came during a call */
};

struct client *client_new(int fd)
{
    struct client *client = alloc_zero(1, sizeof *client);

    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    client->fd = fd;
    client->events = json_array();
    return client;
}

void client_free(struct client *client)
{
    if (!client)
        return;
    close(client->fd);
    buffer_wipe(&client->out); /* codes pass through */
    buffer_wipe(&client->in);
    json_decref(client->events);
    free(client);
}

int client_fd(const struct client *client)
{
    return client->fd;
}

size_t client_queued(const struct client *client)
{
    return client->out.size;
}

static enum error connect_error(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR:
    case ECONNREFUSED:
        return ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
        return ERR_NOT_PERMITTED;
    default:
        return ERR_CLOSED;
    }
}

enum error client_open(const char *home, struct client **ret)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t size = strlen(home);

    if (size + sizeof "/socket" > sizeof name.sun_path)
        return ERR_TOO_BIG;
    memcpy(name.sun_path, home, size);
    memcpy(name.sun_path + size, "/socket", sizeof "/socket");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR_LIMIT;
    if (connect(fd, (const struct sockaddr *)&name, sizeof name) != 0) {
        enum error err = connect_error(errno);
        close(fd);
        return err;
    }
    *ret = client_new(fd);
    return OK;
}

static int append_to_buffer(const char *bytes, size_t size, void *buffer)
{
    buffer_append(buffer, (struct bytes){(const uint8_t *)bytes, size});
    return 0;
}

enum error client_request(struct client *client, const char *method, json_t *params, uint64_t *ret_id)
{
    char id[24];
    size_t before = client->out.size;

    snprintf(id, sizeof id, "%llu", (unsigned long long)++client->last_id);
    json_t *request =
        json_pack("{s:s, s:s, s:s, s:o*}", "jsonrpc", "2.0", "id", id, "method", method, "params", params);
    int failed = json_dump_callback(request, append_to_buffer, &client->out, JSON_COMPACT);
    json_decref(request);
    buffer_append_byte(&client->out, '\n');
    if (failed || client->out.size - before > CLIENT_LINE_MAX) {
        client->out.size = before;
        return failed ? ERR_MALFORMED : ERR_TOO_BIG;
    }
    *ret_id = client->last_id;
    return OK;
}

/* Moves what the kernel has into `in`. */
static enum error read_available(struct client *client)
{
    if (client->ended)
        return ERR_CLOSED;
    if (client->in_at > READ_SIZE) {
        buffer_cut_front(&client->in, client->in_at);
        client->in_scanned -= client->in_at;
        client->in_at = 0;
    }
    if (client->in.size - client->in_at > ANSWER_LINE_MAX)
        return ERR_TOO_BIG;
    uint8_t *room = buffer_extend(&client->in, READ_SIZE);
    ssize_t got = read(client->fd, room, READ_SIZE);
    client->in.size -= READ_SIZE - (got > 0 ? (size_t)got : 0);
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
        return OK;
    client->ended = true;
    return ERR_CLOSED;
}

enum error client_flush(struct client *client)
{
    size_t written = 0;
    enum error err = OK;

    while (written < client->out.size && !err) {
        ssize_t size = send(client->fd, client->out.data + written, client->out.size - written, MSG_NOSIGNAL);
        if (size > 0) {
            written += (size_t)size;
        } else if (errno == EAGAIN) {
            struct pollfd poll_fd = {.fd = client->fd, .events = POLLIN | POLLOUT};
            poll(&poll_fd, 1, -1);
            if (poll_fd.revents & (POLLIN | POLLHUP))
                err = read_available(client);
        } else if (errno != EINTR) {
            err = ERR_CLOSED;
        }
    }
    client->out.size = 0;
    return err;
}

/* The next whole line in `in`, parsed; false: there is none yet. */
static bool take_line(struct client *client, enum error *ret_err, json_t **ret)
{
    const uint8_t *from = client->in.data + client->in_scanned;
    const uint8_t *end =
        client->in.size > client->in_scanned ? memchr(from, '\n', client->in.size - client->in_scanned) : NULL;
    if (!end) {
        client->in_scanned = client->in.size;
        return false;
    }
    const char *line = (const char *)client->in.data + client->in_at;
    size_t size = (size_t)(end - client->in.data) - client->in_at;
    *ret = json_loadb(line, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    *ret_err = *ret ? OK : ERR_MALFORMED;
    client->in_at += size + 1;
    client->in_scanned = client->in_at;
    return true;
}

enum error client_receive(struct client *client, int64_t timeout_ms, json_t **ret)
{
    uint64_t start = times_mono_ms();
    enum error err;

    while (!take_line(client, &err, ret)) {
        int64_t left = -1;
        if (timeout_ms >= 0) {
            left = timeout_ms - (int64_t)(times_mono_ms() - start);
            left = left < 0 ? 0 : left;
        }
        struct pollfd poll_fd = {.fd = client->fd, .events = POLLIN};
        int ready = poll(&poll_fd, 1, left > 1000000 ? 1000000 : (int)left);
        if (ready == 0 && left == 0)
            return ERR_TIMEOUT;
        err = ready > 0 ? read_available(client) : OK;
        if (err)
            return err;
    }
    return err;
}

static json_t *take_params(json_t *notification)
{
    return json_incref(json_object_get(notification, "params"));
}

/* True when `object` answers request `id`; then one of the results is set. */
static bool take_reply(json_t *object, uint64_t id, json_t **ret_result, json_t **ret_refusal)
{
    const char *of = json_string_value(json_object_get(object, "id"));

    if (!of || strtoull(of, NULL, 10) != id)
        return false;
    *ret_refusal = json_incref(json_object_get(object, "error"));
    if (!*ret_refusal)
        *ret_result = json_incref(json_object_get(object, "result"));
    return true;
}

enum error client_call(struct client *client, const char *method, json_t *params, int64_t timeout_ms,
                       json_t **ret_result, json_t **ret_refusal)
{
    uint64_t start = times_mono_ms();
    uint64_t id;
    bool answered = false;

    *ret_result = *ret_refusal = NULL;
    enum error err = client_request(client, method, params, &id);
    if (!err)
        err = client_flush(client);
    while (!err && !answered) {
        json_t *object;
        int64_t left = timeout_ms < 0 ? -1 : timeout_ms - (int64_t)(times_mono_ms() - start);
        if (timeout_ms >= 0 && left < 0)
            left = 0;
        err = client_receive(client, left, &object);
        if (err)
            break;
        answered = take_reply(object, id, ret_result, ret_refusal);
        if (!answered && !json_object_get(object, "id"))
            json_array_append_new(client->events, take_params(object));
        json_decref(object);
    }
    if (!err && !*ret_result && !*ret_refusal)
        return ERR_MALFORMED;
    return err;
}

enum error client_event(struct client *client, int64_t timeout_ms, json_t **ret)
{
    if (json_array_size(client->events) > 0) {
        *ret = json_incref(json_array_get(client->events, 0));
        json_array_remove(client->events, 0);
        return OK;
    }
    for (;;) {
        json_t *object;
        enum error err = client_receive(client, timeout_ms, &object);
        if (err)
            return err;
        *ret = json_object_get(object, "id") ? NULL : take_params(object);
        json_decref(object);
        if (*ret)
            return OK;
    }
}

bool client_has_more(const struct client *client)
{
    if (json_array_size(client->events) > 0)
        return true;
    size_t unread = client->in.size - client->in_at;
    return unread > 0 && memchr(client->in.data + client->in_at, '\n', unread);
}
