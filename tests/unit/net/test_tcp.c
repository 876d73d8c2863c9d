/* SPDX-License-Identifier: MIT
 * Links on loopback, without a node: what they deliver, and how they end. */
#include "loop_help.h"
#include "net/tcp.h"
#include <netinet/in.h>
#include <stdlib.h>

#define EVENTS_MAX 4096

struct seen {
    enum event_type type;
    uint64_t link, dial;
    enum error reason;
    size_t size;
};

static struct world {
    uv_loop_t loop;
    struct settled settled;
    struct tcp *tcp;
    int listening;          /* a plain socket to be dialled */
    struct address address; /* of it */
    struct seen seen[EVENTS_MAX];
    size_t count;
    size_t received;
    bool stopped;
} world;

static void see(struct seen seen)
{
    assert_true(world.count < EVENTS_MAX);
    world.seen[world.count++] = seen;
}

static void see_up(void *arg, uint64_t link, uint64_t dial, const struct address *address)
{
    (void)arg;
    (void)address;
    see((struct seen){.type = EVENT_LINK_UP, .link = link, .dial = dial});
}

static void see_down(void *arg, uint64_t link, uint64_t dial, enum error reason)
{
    (void)arg;
    see((struct seen){.type = EVENT_LINK_DOWN, .link = link, .dial = dial, .reason = reason});
}

static void see_bytes(void *arg, uint64_t link, struct bytes bytes)
{
    (void)arg;
    world.received += bytes.size;
    see((struct seen){.type = EVENT_BYTES, .link = link, .size = bytes.size});
}

static int plain_listener(const char *where, int backlog, struct address *ret)
{
    struct address address = address_of(where);
    struct sockaddr_storage name;
    socklen_t size = address_to_sockaddr(&address, &name);

    int fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, size), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
    assert_int_equal(address_from_sockaddr((struct sockaddr *)&name, ret), OK);
    return fd;
}

static int begin(void **state)
{
    const struct tcp_events events = {NULL, see_up, see_down, see_bytes};

    (void)state;
    memset(&world, 0, sizeof world);
    uv_loop_init(&world.loop);
    world.tcp = tcp_new(&world.loop, &world.settled, &events);
    world.listening = plain_listener("127.0.0.1:0", 128, &world.address);
    return 0;
}

static void on_stopped(void *arg)
{
    (void)arg;
    world.stopped = true;
}

static int end(void **state)
{
    (void)state;
    tcp_stop(world.tcp, on_stopped, NULL);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_true(world.stopped);
    tcp_free(world.tcp);
    assert_int_equal(uv_loop_close(&world.loop), 0);
    close(world.listening);
    return 0;
}

/* ---------------------------------------------------------------- waiting */

static bool has_wanted_events(void *arg)
{
    return world.count >= *(size_t *)arg;
}

static void wait_events(size_t count)
{
    run_until(&world.loop, has_wanted_events, &count);
}

static bool has_received(void *arg)
{
    return world.received >= *(size_t *)arg;
}

static bool is_empty(void *arg)
{
    (void)arg;
    return tcp_is_empty(world.tcp);
}

static const struct seen *last_seen(void)
{
    assert_true(world.count > 0);
    return &world.seen[world.count - 1];
}

/* A link that the test dialled, and the other end of it. */
static uint64_t dialled_link(struct client *ret)
{
    size_t before = world.count;

    tcp_dial(world.tcp, 77, &world.address);
    wait_events(before + 1);
    assert_int_equal(last_seen()->type, EVENT_LINK_UP);
    *ret = (struct client){.fd = accept(world.listening, NULL, NULL)};
    assert_true(ret->fd >= 0);
    return last_seen()->link;
}

/* ---------------------------------------------------------------- dialling */

static void a_dial_comes_up_with_its_number(void **state)
{
    struct client other;

    (void)state;
    uint64_t first = dialled_link(&other);
    assert_int_equal(last_seen()->dial, 77);
    close(other.fd);
    wait_events(2);
    assert_int_equal(last_seen()->type, EVENT_LINK_DOWN);
    assert_int_equal(last_seen()->link, first);
    assert_int_equal(last_seen()->dial, 77);
    assert_int_equal(last_seen()->reason, ERR_CLOSED);
    uint64_t second = dialled_link(&other);
    assert_true(second > first);
    close(other.fd);
}

static void a_refused_dial_goes_down_without_a_link(void **state)
{
    (void)state;
    close(world.listening);
    tcp_dial(world.tcp, 5, &world.address);
    assert_int_equal(world.count, 0); /* never from inside a call */
    wait_events(1);
    assert_int_equal(last_seen()->type, EVENT_LINK_DOWN);
    assert_int_equal(last_seen()->link, 0);
    assert_int_equal(last_seen()->dial, 5);
    assert_int_equal(last_seen()->reason, ERR_NETWORK);
    world.listening = -1;
}

static void a_dial_that_nobody_answers_times_out(void **state)
{
    struct address deaf;
    int fd = plain_listener("127.0.0.1:0", 0, &deaf);
    int filler = connect_to(&deaf, 0); /* fills the queue: further calls are not answered */

    (void)state;
    uint64_t before = moment_mono_ms();
    tcp_dial(world.tcp, 6, &deaf);
    wait_events(1);
    assert_int_equal(last_seen()->type, EVENT_LINK_DOWN);
    assert_int_equal(last_seen()->reason, ERR_TIMEOUT);
    assert_true(moment_mono_ms() - before >= TCP_DIAL_MS - 1);
    close(filler);
    close(fd);
}

static void an_address_that_cannot_be_dialled_goes_down_at_once(void **state)
{
    struct address nowhere = address_of("[fe80::1]:9"); /* link-local without its interface */

    (void)state;
    for (uint64_t i = 0; i < 100; i++) /* more than have a place: each failure frees its own */
        tcp_dial(world.tcp, i + 1, &nowhere);
    wait_events(100);
    for (size_t i = 0; i < world.count; i++)
        assert_int_equal(world.seen[i].type, EVENT_LINK_DOWN);
}

static void dials_beyond_the_limit_wait_and_still_come_up(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < TCP_DIALS_MAX + 20; i++)
        tcp_dial(world.tcp, i + 1, &world.address);
    wait_events(TCP_DIALS_MAX + 20);
    for (size_t i = 0; i < world.count; i++)
        assert_int_equal(world.seen[i].type, EVENT_LINK_UP);
}

static void refused_dials_make_room_for_waiting_ones(void **state)
{
    (void)state;
    close(world.listening);
    world.listening = -1;
    for (uint64_t i = 0; i < 2 * TCP_DIALS_MAX + 10; i++)
        tcp_dial(world.tcp, i + 1, &world.address);
    wait_events(2 * TCP_DIALS_MAX + 10);
    for (size_t i = 0; i < world.count; i++)
        assert_int_equal(world.seen[i].reason, ERR_NETWORK);
}

static void too_many_waiting_dials_are_refused(void **state)
{
    size_t all = TCP_DIALS_MAX + TCP_DIALS_WAITING_MAX + 1;

    (void)state;
    for (uint64_t i = 0; i < all; i++)
        tcp_dial(world.tcp, i + 1, &world.address);
    wait_events(1);
    assert_int_equal(world.seen[0].type, EVENT_LINK_DOWN);
    assert_int_equal(world.seen[0].dial, all);
    assert_int_equal(world.seen[0].reason, ERR_LIMIT);
}

/* ---------------------------------------------------------------- sending */

static void held_bytes_wait_for_their_batch(void **state)
{
    struct client other;
    uint64_t link = dialled_link(&other);

    (void)state;
    tcp_send(world.tcp, link, 0, BYTES_TEXT("one "));
    tcp_send(world.tcp, link, 1, BYTES_TEXT("two "));
    tcp_send(world.tcp, link, 0, BYTES_TEXT("three"));
    tcp_flush(world.tcp);
    client_expect(&world.loop, &other, "one ");
    settled_note(&world.settled, &(struct persisted){1, OK});
    tcp_settle(world.tcp);
    client_expect(&world.loop, &other, "one two three");
    close(other.fd);
}

static void a_failed_batch_fails_the_link_that_hangs_on_it(void **state)
{
    struct client hanging, free_one;
    uint64_t link = dialled_link(&hanging);
    uint64_t bystander = dialled_link(&free_one);

    (void)state;
    tcp_send(world.tcp, link, 1, BYTES_TEXT("never"));
    tcp_send(world.tcp, bystander, 0, BYTES_TEXT("fine"));
    tcp_flush(world.tcp);
    settled_note(&world.settled, &(struct persisted){1, ERR_DISK_FULL});
    tcp_settle(world.tcp);
    wait_events(3);
    assert_int_equal(last_seen()->type, EVENT_LINK_DOWN);
    assert_int_equal(last_seen()->link, link);
    assert_int_equal(last_seen()->reason, ERR_DISK_FULL);
    run_until(&world.loop, client_has_ended, &hanging);
    assert_int_equal(hanging.size, 0);
    client_expect(&world.loop, &free_one, "fine");

    tcp_send(world.tcp, bystander, 1, BYTES_TEXT("too late"));
    wait_events(4);
    assert_int_equal(last_seen()->link, bystander);
    assert_int_equal(last_seen()->reason, ERR_DISK_FULL);
    close(hanging.fd);
    close(free_one.fd);
}

static void a_link_whose_bytes_nobody_takes_is_too_slow(void **state)
{
    static uint8_t block[512 << 10];
    struct client other;
    uint64_t link = dialled_link(&other);

    (void)state;
    for (size_t sent = 0; sent <= TCP_UNSENT_MAX; sent += sizeof block)
        tcp_send(world.tcp, link, 1, BYTES_OF(block)); /* held: nothing of it may leave */
    wait_events(2);
    assert_int_equal(last_seen()->type, EVENT_LINK_DOWN);
    assert_int_equal(last_seen()->reason, ERR_SLOW);
    run_until(&world.loop, client_has_ended, &other);
    assert_int_equal(other.size, 0);
    close(other.fd);
}

static void sending_to_a_link_that_is_gone_does_nothing(void **state)
{
    (void)state;
    tcp_send(world.tcp, 4711, 0, BYTES_TEXT("x"));
    tcp_close(world.tcp, 4711);
    tcp_flush(world.tcp);
    assert_true(tcp_is_empty(world.tcp));
}

/* ---------------------------------------------------------------- reading */

static void fill(int fd)
{
    static uint8_t block[64 << 10];
    while (send(fd, block, sizeof block, MSG_DONTWAIT) > 0)
        ;
}

static void a_flooding_link_takes_turns_with_the_others(void **state)
{
    struct client a, b;

    (void)state;
    dialled_link(&a);
    dialled_link(&b);
    fill(a.fd);
    fill(b.fd);
    wait_events(2 + 8);
    for (size_t i = 2; i < 10; i++) {
        assert_int_equal(world.seen[i].type, EVENT_BYTES);
        assert_true(world.seen[i].size <= TCP_READ_SIZE);
        if (i % 2 == 1)
            assert_int_not_equal(world.seen[i].link, world.seen[i - 1].link);
    }
    close(a.fd);
    close(b.fd);
}

static void a_paused_link_is_not_read_until_it_goes_on(void **state)
{
    struct client paused;
    size_t wanted = 4;

    (void)state;
    dialled_link(&paused);
    tcp_pause(world.tcp, true);
    assert_int_equal(send(paused.fd, "text", 4, 0), 4);
    for (int i = 0; i < 20; i++)
        uv_run(&world.loop, UV_RUN_NOWAIT);
    assert_int_equal(world.received, 0);
    tcp_pause(world.tcp, false);
    run_until(&world.loop, has_received, &wanted);
    close(paused.fd);
}

/* ---------------------------------------------------------------- closing */

static void closing_sends_what_was_sent_before_and_tells_nobody(void **state)
{
    static uint8_t block[LINK_UNSENT_MAX];
    struct client other;
    uint64_t link = dialled_link(&other);

    (void)state;
    assert_int_equal(send(other.fd, "unread", 6, 0), 6); /* must not reset the connection */
    tcp_send(world.tcp, link, 0, BYTES_OF(block));
    tcp_send(world.tcp, link, 1, BYTES_TEXT("BYE"));
    tcp_close(world.tcp, link);
    tcp_send(world.tcp, link, 0, BYTES_TEXT("ignored"));
    tcp_flush(world.tcp);
    settled_note(&world.settled, &(struct persisted){1, OK});
    tcp_settle(world.tcp);
    run_until(&world.loop, client_has_ended, &other);
    assert_int_equal(other.size, sizeof block + 3);
    close(other.fd);
    run_until(&world.loop, is_empty, NULL);
    assert_int_equal(world.count, 1);
}

static void closing_a_failed_link_spares_the_news(void **state)
{
    struct client other;
    uint64_t link = dialled_link(&other);

    (void)state;
    settled_note(&world.settled, &(struct persisted){1, ERR_DISK});
    tcp_send(world.tcp, link, 1, BYTES_TEXT("x")); /* fails it */
    tcp_close(world.tcp, link);
    tcp_flush(world.tcp);
    run_until(&world.loop, is_empty, NULL);
    assert_int_equal(world.count, 1);
    close(other.fd);
}

static void a_peer_that_never_ends_is_not_waited_for(void **state)
{
    struct client other;
    uint64_t link = dialled_link(&other);

    (void)state;
    uint64_t before = moment_mono_ms();
    tcp_close(world.tcp, link);
    run_until(&world.loop, is_empty, NULL);
    assert_true(moment_mono_ms() - before >= TCP_FLUSH_MS - 1);
    close(other.fd);
}

static void stopping_ends_links_dials_and_queues_alike(void **state)
{
    struct client other;
    uint64_t link = dialled_link(&other);

    (void)state;
    for (uint64_t i = 0; i < TCP_DIALS_MAX + 50; i++)
        tcp_dial(world.tcp, i + 1, &world.address);
    tcp_send(world.tcp, link, 9, BYTES_TEXT("held"));
    tcp_dial(world.tcp, 999, &(struct address){.port = 1, .ip = {0xfe, 0x80}}); /* and one whose failure is due */
    close(other.fd);
    /* end() stops it all and finds nothing left on the loop */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_dial_comes_up_with_its_number),
        TEST(a_refused_dial_goes_down_without_a_link),
        TEST(a_dial_that_nobody_answers_times_out),
        TEST(an_address_that_cannot_be_dialled_goes_down_at_once),
        TEST(dials_beyond_the_limit_wait_and_still_come_up),
        TEST(refused_dials_make_room_for_waiting_ones),
        TEST(too_many_waiting_dials_are_refused),
        TEST(held_bytes_wait_for_their_batch),
        TEST(a_failed_batch_fails_the_link_that_hangs_on_it),
        TEST(a_link_whose_bytes_nobody_takes_is_too_slow),
        TEST(sending_to_a_link_that_is_gone_does_nothing),
        TEST(a_flooding_link_takes_turns_with_the_others),
        TEST(a_paused_link_is_not_read_until_it_goes_on),
        TEST(closing_sends_what_was_sent_before_and_tells_nobody),
        TEST(closing_a_failed_link_spares_the_news),
        TEST(a_peer_that_never_ends_is_not_waited_for),
        TEST(stopping_ends_links_dials_and_queues_alike),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
