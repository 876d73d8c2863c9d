/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "measure.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_SIZE (128u << 10)

void client_open(const char *home, struct client *ret)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};

    if ((size_t)snprintf(name.sun_path, sizeof name.sun_path, "%s/socket", home) >= sizeof name.sun_path)
        die("the path %s/socket is too long", home);
    *ret = (struct client){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (ret->fd < 0 || connect(ret->fd, (const struct sockaddr *)&name, sizeof name) != 0)
        die("%s: %s", name.sun_path, strerror(errno));
}

void client_done(struct client *client)
{
    close(client->fd);
    buffer_done(&client->in);
}

void client_write(struct client *client, struct bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(client->fd, bytes.data, bytes.size);
        if (written <= 0)
            die("the node takes no more requests: %s", strerror(errno));
        bytes.data += written;
        bytes.size -= (size_t)written;
    }
}

void client_fill(struct client *client)
{
    if (client->at > 0) {
        memmove(client->in.data, client->in.data + client->at, client->in.size - client->at);
        client->in.size -= client->at;
        client->at = 0;
    }
    buffer_reserve(&client->in, READ_SIZE);
    ssize_t count = read(client->fd, client->in.data + client->in.size, READ_SIZE);
    if (count <= 0)
        die("the node closed the connection");
    client->in.size += (size_t)count;
}

const char *client_line(struct client *client)
{
    char *start = (char *)client->in.data + client->at;
    char *end = client->in.size > client->at ? memchr(start, '\n', client->in.size - client->at) : NULL;

    if (!end)
        return NULL;
    *end = '\0';
    client->at += (size_t)(end - start) + 1;
    return start;
}

void client_request(struct client *client, const char *method, json_t *params)
{
    json_t *request = json_pack("{s:s, s:I, s:s, s:o*}", "jsonrpc", "2.0", "id", (json_int_t)++client->last_id,
                                "method", method, "params", params);
    char *text = json_dumps(request, JSON_COMPACT);

    if (!text)
        die("a request of %s cannot be written", method);
    client_write(client, (struct bytes){(const uint8_t *)text, strlen(text)});
    client_write(client, BYTES_TEXT("\n"));
    free(text);
    json_decref(request);
}

/* The result, or NULL when the line is something else. */
static json_t *take_result(const struct client *client, const char *method, const char *line)
{
    json_t *answer = json_loads(line, 0, NULL);
    json_t *result = json_object_get(answer, "result");

    if (json_object_get(answer, "error"))
        die("%s: %s", method, line);
    if (json_integer_value(json_object_get(answer, "id")) != (json_int_t)client->last_id)
        result = NULL;
    json_incref(result);
    json_decref(answer);
    return result;
}

json_t *client_call(struct client *client, const char *method, json_t *params)
{
    json_t *result = NULL;

    client_request(client, method, params);
    while (!result) {
        const char *line = client_line(client);
        if (line)
            result = take_result(client, method, line);
        else
            client_fill(client);
    }
    return result;
}

void client_subscribe(struct client *client, const char *type)
{
    json_decref(client_call(client, "event.subscribe", json_pack("{s:[s], s:b}", "types", type, "early", 1)));
}
