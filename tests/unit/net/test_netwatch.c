/* SPDX-License-Identifier: MIT
 * In a network namespace of its own, since interfaces are changed; skipped where none can be made. */
#include "loop_help.h"
#include "net/netwatch.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

static struct world {
    uv_loop_t loop;
    struct netwatch watch;
    size_t changes;
    bool closed;
} world;

static void see_change(void *arg)
{
    (void)arg;
    world.changes++;
}

static void see_closed(void *arg)
{
    (void)arg;
    world.closed = true;
}

static void set_loopback(bool up)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = up ? IFF_UP : 0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
    close(fd);
}

static void add_address(const char *text)
{
    struct ifreq request = {.ifr_name = "lo"};
    struct sockaddr_in address = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
    memcpy(&request.ifr_addr, &address, sizeof address);
    assert_int_equal(ioctl(fd, SIOCSIFADDR, &request), 0);
    close(fd);
}

static int begin(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    uv_loop_init(&world.loop);
    set_loopback(false);
    assert_int_equal(netwatch_open(&world.watch, &world.loop, see_change, NULL), OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    netwatch_close(&world.watch, see_closed, NULL);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_true(world.closed);
    assert_int_equal(uv_loop_close(&world.loop), 0);
    return 0;
}

static bool has_changed(void *arg)
{
    return world.changes >= *(size_t *)arg;
}

static void wait_changes(size_t count)
{
    run_until(&world.loop, has_changed, &count);
}

/* ---------------------------------------------------------------- tests */

static void an_interface_coming_up_is_told_after_it_settled(void **state)
{
    uint64_t before = moment_mono_ms();

    (void)state;
    uv_update_time(&world.loop);
    set_loopback(true);
    wait_changes(1);
    assert_true(moment_mono_ms() - before >= NETWATCH_SETTLE_MS - 1);
}

static void a_new_address_is_told(void **state)
{
    (void)state;
    set_loopback(true);
    wait_changes(1);
    add_address("127.0.0.77");
    wait_changes(2);
}

static void a_burst_is_told_once(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        set_loopback(true);
        set_loopback(false);
    }
    wait_changes(1);
    add_address("127.0.0.78"); /* the next one comes after all of the burst */
    wait_changes(2);
    assert_int_equal(world.changes, 2);
}

static void what_is_only_repeated_is_not_told(void **state)
{
    (void)state;
    set_loopback(true);
    wait_changes(1);
    /* The same interface is announced again with a property that does not matter here. */
    struct ifreq request = {.ifr_name = "lo", .ifr_mtu = 9000};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(ioctl(fd, SIOCSIFMTU, &request), 0);
    close(fd);
    for (int i = 0; i < 5; i++)
        uv_run(&world.loop, UV_RUN_NOWAIT);
    assert_false(uv_is_active((uv_handle_t *)&world.watch.settle));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_interface_coming_up_is_told_after_it_settled, begin, end),
        cmocka_unit_test_setup_teardown(a_new_address_is_told, begin, end),
        cmocka_unit_test_setup_teardown(a_burst_is_told_once, begin, end),
        cmocka_unit_test_setup_teardown(what_is_only_repeated_is_not_told, begin, end),
    };

    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        print_message("skipped: no network namespace can be made here\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
