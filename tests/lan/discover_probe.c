/* SPDX-License-Identifier: MIT
 * Runs discovery as a node would, for tests on a real network, and prints what it tells, a line each, after the seconds
 * since the start:
 *
 *     1.204 SEEN k3vq… ip 10.0.0.2 port 7002 scope 0 salt 00… tag 11… invites 0
 *     9.310 GONE k3vq…
 *     0.003 LOG discovery: looking for others through avahi-daemon
 *
 *     discover_probe HELPER PORT SALT        announces PORT, with a salt of eight times the byte SALT and no tag
 *
 * Orders on standard input, a line each: "again", "tag BYTE", "invites N", "quit"; its end quits as well. */
#include "net/discovery.h"
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct probe {
    uv_loop_t loop;
    struct discovery *discovery;
    uv_pipe_t orders;
    char line[128];
    size_t line_size;
    uint16_t port;
    struct beacon beacon;
    uint64_t start_ns;
};

static void print_time(const struct probe *probe)
{
    printf("%.3f ", (double)(uv_hrtime() - probe->start_ns) / 1e9);
}

static void print_hex(const char *label, const uint8_t *bytes, size_t size)
{
    printf(" %s ", label);
    for (size_t i = 0; i < size; i++)
        printf("%02x", bytes[i]);
}

/* Instance names may hold any byte. */
static void print_instance(struct bytes instance)
{
    for (size_t i = 0; i < instance.size; i++)
        putchar(instance.data[i] > ' ' && instance.data[i] < 0x7f ? instance.data[i] : '?');
}

static void print_ip(const uint8_t ip[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
    char text[INET6_ADDRSTRLEN];
    bool is_v4 = memcmp(ip, mapped, sizeof mapped) == 0;
    printf(" ip %s", inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? ip + 12 : ip, text, sizeof text));
}

static void on_seen(void *arg, struct bytes instance, const struct address *address, const struct beacon *beacon)
{
    print_time(arg);
    printf("SEEN ");
    print_instance(instance);
    print_ip(address->ip);
    printf(" port %u scope %u", address->port, address->scope);
    print_hex("salt", beacon->salt, sizeof beacon->salt);
    print_hex("tag", beacon->tag, beacon->has_tag ? TAG_SIZE : 0);
    printf(" invites %zu\n", beacon->invite_count);
}

static void on_gone(void *arg, struct bytes instance)
{
    print_time(arg);
    printf("GONE ");
    print_instance(instance);
    putchar('\n');
}

static void on_log(void *arg, const char *text)
{
    print_time(arg);
    printf("LOG %s\n", text);
}

static void on_stopped(void *arg)
{
    print_time(arg);
    printf("STOPPED\n");
}

static void quit(struct probe *probe)
{
    if (uv_is_closing((uv_handle_t *)&probe->orders))
        return;
    uv_close((uv_handle_t *)&probe->orders, NULL);
    discovery_stop(probe->discovery, on_stopped);
}

static void obey(struct probe *probe, const char *order)
{
    unsigned number;
    bool again = strcmp(order, "again") == 0;
    if (strcmp(order, "quit") == 0) {
        quit(probe);
        return;
    }
    if (sscanf(order, "tag %u", &number) == 1) {
        probe->beacon.has_tag = true;
        memset(probe->beacon.tag, (int)number, TAG_SIZE);
    } else if (sscanf(order, "invites %u", &number) == 1 && number <= INVITES_MAX) {
        probe->beacon.invite_count = number;
        memset(probe->beacon.invites, 0xee, sizeof probe->beacon.invites);
    }
    discovery_announce(probe->discovery, &probe->beacon, probe->port, again);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_part)
{
    (void)suggested;
    struct probe *probe = handle->data;
    *ret_part = uv_buf_init(probe->line + probe->line_size, (unsigned)(sizeof probe->line - probe->line_size));
}

static void on_orders(uv_stream_t *stream, ssize_t count, const uv_buf_t *part)
{
    (void)part;
    struct probe *probe = stream->data;
    if (count < 0) {
        quit(probe);
        return;
    }
    probe->line_size += (size_t)count;
    char *end;
    while ((end = memchr(probe->line, '\n', probe->line_size))) {
        *end++ = '\0';
        obey(probe, probe->line);
        probe->line_size -= (size_t)(end - probe->line);
        memmove(probe->line, end, probe->line_size);
    }
}

int main(int argc, char **argv)
{
    static struct probe probe;
    if (argc != 4) {
        fputs("usage: discover_probe HELPER PORT SALT\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    probe.start_ns = uv_hrtime();
    probe.port = (uint16_t)atoi(argv[2]);
    memset(probe.beacon.salt, atoi(argv[3]), sizeof probe.beacon.salt);

    uv_loop_init(&probe.loop);
    uv_pipe_init(&probe.loop, &probe.orders, 0);
    probe.orders.data = &probe;
    struct discovery_options options = {
        .loop = &probe.loop, .helper = argv[1], .arg = &probe, .seen = on_seen, .gone = on_gone, .log = on_log};
    if (discovery_start(&options, &probe.discovery) || uv_pipe_open(&probe.orders, 0) ||
        uv_read_start((uv_stream_t *)&probe.orders, on_alloc, on_orders)) {
        fputs("discover_probe: no helper, or standard input is no pipe\n", stderr);
        return 1;
    }
    discovery_announce(probe.discovery, &probe.beacon, probe.port, false);
    uv_run(&probe.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&probe.loop) ? 1 : 0;
}
