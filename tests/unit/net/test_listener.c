/* SPDX-License-Identifier: MIT */
#include "loop_help.h"
#include "net/listener.h"
#include <fcntl.h>
#include <sys/resource.h>

static struct world {
    uv_loop_t loop;
    struct listener listener;
    struct address bound;
    struct address from[64];
    size_t accepted;
    size_t troubles;
    bool full;
    bool closed;
} world;

static void see_accepted(void *arg, int fd, const struct address *from)
{
    (void)arg;
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    world.from[world.accepted++ % 64] = *from;
    close(fd);
}

static void see_trouble(void *arg, enum error reason)
{
    (void)arg;
    assert_int_equal(reason, ERR_LIMIT);
    world.troubles++;
}

static bool has_room(void *arg)
{
    (void)arg;
    return !world.full;
}

static void listen_on(const char *where)
{
    const struct listener_events events = {NULL, see_accepted, see_trouble, has_room};
    struct address address = address_of(where);

    memset(&world, 0, sizeof world);
    uv_loop_init(&world.loop);
    assert_int_equal(listener_open(&world.listener, &address, &world.bound), OK);
    assert_int_not_equal(world.bound.port, 0);
    listener_start(&world.listener, &world.loop, &events);
}

static void on_closed(void *arg)
{
    (void)arg;
    world.closed = true;
}

static void close_it(void)
{
    listener_close(&world.listener, on_closed, NULL);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_true(world.closed);
    assert_int_equal(uv_loop_close(&world.loop), 0);
}

static bool has_accepted(void *arg)
{
    return world.accepted >= *(size_t *)arg;
}

static void wait_accepted(size_t count)
{
    run_until(&world.loop, has_accepted, &count);
}

static bool has_ipv6(void)
{
    struct sockaddr_storage name;
    struct address address = address_of("[::1]:0");
    socklen_t size = address_to_sockaddr(&address, &name);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool works = fd >= 0 && bind(fd, (struct sockaddr *)&name, size) == 0;

    if (fd >= 0)
        close(fd);
    return works;
}

/* ---------------------------------------------------------------- tests */

static void both_families_are_served_by_default(void **state)
{
    (void)state;
    if (!has_ipv6())
        skip();
    listen_on("[::]:0");
    struct address four = with_port("127.0.0.1:0", world.bound.port);
    struct address six = with_port("[::1]:0", world.bound.port);
    int a = connect_to(&four, 0);
    wait_accepted(1);
    int b = connect_to(&six, 0);
    wait_accepted(2);
    assert_true(address_is_ipv4(&world.from[0]));
    assert_memory_equal(world.from[0].ip, four.ip, 16);
    assert_memory_equal(world.from[1].ip, six.ip, 16);
    close(a);
    close(b);
    close_it();
}

static void one_address_serves_only_itself(void **state)
{
    (void)state;
    listen_on("127.0.0.1:0");
    assert_true(address_is_ipv4(&world.bound));
    int a = connect_to(&world.bound, 0);
    wait_accepted(1);
    close(a);
    close_it();
}

static void a_taken_port_is_named(void **state)
{
    struct listener second;
    struct address bound;

    (void)state;
    listen_on("127.0.0.1:0");
    assert_int_equal(listener_open(&second, &world.bound, &bound), ERR_BUSY);
    struct address foreign = address_of("192.0.2.1:0");
    assert_int_equal(listener_open(&second, &foreign, &bound), ERR_NETWORK);
    close_it();
}

static void a_crowd_from_one_address_is_refused_but_not_its_neighbour(void **state)
{
    int crowd[40];
    struct sockaddr_storage name;
    struct address neighbour = address_of("127.0.0.2:0");
    socklen_t size = address_to_sockaddr(&neighbour, &name);

    (void)state;
    listen_on("127.0.0.1:0");
    uint64_t before = moment_mono_ms();
    for (size_t i = 0; i < 40; i++)
        crowd[i] = connect_to(&world.bound, 0);
    for (int i = 0; i < 20; i++)
        uv_run(&world.loop, UV_RUN_NOWAIT);
    uint64_t refilled = (moment_mono_ms() - before) * ADMISSION_PER_ADDRESS / 1000 + 1;
    assert_in_range(world.accepted, 20, 20 + refilled);

    size_t accepted = world.accepted;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, size), 0);
    size = address_to_sockaddr(&world.bound, &name);
    assert_int_equal(connect(fd, (struct sockaddr *)&name, size), 0);
    wait_accepted(accepted + 1);
    close(fd);
    for (size_t i = 0; i < 40; i++)
        close(crowd[i]);
    close_it();
}

static void nobody_is_let_in_when_there_is_no_room(void **state)
{
    struct client client = {0};

    (void)state;
    listen_on("127.0.0.1:0");
    world.full = true;
    client.fd = connect_to(&world.bound, 0);
    run_until(&world.loop, client_has_ended, &client);
    assert_int_equal(world.accepted, 0);
    close(client.fd);
    close_it();
}

static void running_out_of_descriptors_waits_and_recovers(void **state)
{
    struct rlimit before, none;

    (void)state;
    listen_on("127.0.0.1:0");
    int a = connect_to(&world.bound, 0);
    uv_run(&world.loop, UV_RUN_NOWAIT); /* the loop has all the descriptors it needs */
    assert_int_equal(world.accepted, 1);
    int b = connect_to(&world.bound, 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    for (int i = 0; i < 50; i++)
        uv_run(&world.loop, UV_RUN_NOWAIT);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(world.accepted, 1);
    assert_int_equal(world.troubles, 1);
    assert_false(uv_is_active((uv_handle_t *)&world.listener.poll)); /* no spinning */
    wait_accepted(2);
    close(a);
    close(b);
    close_it();
}

static void one_that_never_started_can_be_closed(void **state)
{
    struct address address = address_of("127.0.0.1:0");

    (void)state;
    memset(&world, 0, sizeof world);
    assert_int_equal(listener_open(&world.listener, &address, &world.bound), OK);
    listener_close(&world.listener, on_closed, NULL);
    assert_true(world.closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_families_are_served_by_default),
        cmocka_unit_test(one_address_serves_only_itself),
        cmocka_unit_test(a_taken_port_is_named),
        cmocka_unit_test(a_crowd_from_one_address_is_refused_but_not_its_neighbour),
        cmocka_unit_test(nobody_is_let_in_when_there_is_no_room),
        cmocka_unit_test(running_out_of_descriptors_waits_and_recovers),
        cmocka_unit_test(one_that_never_started_can_be_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
