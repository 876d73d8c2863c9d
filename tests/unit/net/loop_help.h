/* SPDX-License-Identifier: MIT
 * For tests on a real loop and loopback sockets: run until something is true, or fail at a deadline. */
#pragma once
#include "core/node.h"
#include "net/address.h"
#include "net/moment.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#define DEADLINE_MS 20000 /* generous: the machine may be busy */

static inline void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

/* Runs the loop until `done(arg)`, fails the test after DEADLINE_MS. */
static inline void run_until(uv_loop_t *loop, bool (*done)(void *arg), void *arg)
{
    uint64_t deadline = moment_mono_ms() + DEADLINE_MS;
    bool in_time = true;
    uv_timer_t tick;

    uv_timer_init(loop, &tick);
    uv_timer_start(&tick, on_tick, 1, 1);
    while (in_time && !done(arg)) {
        uv_run(loop, UV_RUN_ONCE);
        in_time = moment_mono_ms() < deadline;
    }
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(loop, UV_RUN_NOWAIT); /* the timer lies on this stack */
    assert_true(in_time);
}

static inline struct address address_of(const char *text)
{
    struct address address;
    assert_int_equal(address_parse(BYTES_TEXT(text), &address), OK);
    return address;
}

static inline struct address with_port(const char *text, uint16_t port)
{
    struct address address = address_of(text);
    address.port = port;
    return address;
}

/* A connected blocking socket with a receive buffer of this size, 0: as usual. */
static inline int connect_to(const struct address *to, int receive_size)
{
    struct sockaddr_storage name;
    socklen_t size = address_to_sockaddr(to, &name);

    int fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (receive_size > 0)
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_size, sizeof receive_size), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&name, size), 0);
    return fd;
}

/* How many bytes lie ready to be read now: -1 none, 0 the end of the stream (or a reset). */
static inline ssize_t read_now(int fd, void *out, size_t size)
{
    ssize_t got = recv(fd, out, size, MSG_DONTWAIT);
    if (got < 0 && errno != EAGAIN)
        return 0;
    return got;
}

/* A client that collects what it reads, up to the size of its buffer. */
struct client {
    int fd;
    char text[256];
    size_t size; /* read in all, also beyond the text */
    bool ended;
    size_t wanted;
};

static inline void client_read(struct client *client)
{
    static char buffer[64 << 10];
    ssize_t got;

    while ((got = read_now(client->fd, buffer, sizeof buffer)) > 0) {
        for (ssize_t i = 0; i < got; i++, client->size++) {
            if (client->size < sizeof client->text - 1)
                client->text[client->size] = buffer[i];
        }
    }
    client->ended = got == 0;
}

static inline bool client_has_wanted(void *arg)
{
    struct client *client = arg;
    client_read(client);
    return client->size >= client->wanted;
}

static inline bool client_has_ended(void *arg)
{
    struct client *client = arg;
    client_read(client);
    return client->ended;
}

static inline void client_expect(uv_loop_t *loop, struct client *client, const char *text)
{
    client->wanted = strlen(text);
    run_until(loop, client_has_wanted, client);
    assert_string_equal(client->text, text);
}
