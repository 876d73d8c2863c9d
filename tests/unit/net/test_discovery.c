/* SPDX-License-Identifier: MIT
 * The node's side of discovery against helpers of every character.  The helper is this program itself, started again
 * with FAKE_HELPER in its environment; each start leaves a byte in the file FAKE_STARTS. */
#include "loop_help.h"
#include "net/discovery.h"
#include "net/discovery_wire.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---------------------------------------------------------------- the fake helper */

#define NODE_FD 3

static int count_starts(bool add)
{
    struct stat status;
    int file = open(getenv("FAKE_STARTS"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || (add && write(file, "s", 1) != 1) || fstat(file, &status))
        abort();
    close(file);
    return (int)status.st_size;
}

static void write_raw(struct bytes bytes, size_t step)
{
    for (size_t at = 0; at < bytes.size; at += step) {
        size_t size = bytes.size - at < step ? bytes.size - at : step;
        if (send(NODE_FD, bytes.data + at, size, MSG_NOSIGNAL) != (ssize_t)size)
            exit(0);
    }
}

static void write_message(const struct discovery_message *message, size_t step)
{
    struct buffer frame = {0};
    discovery_encode(&frame, message);
    write_raw(buffer_bytes(&frame), step);
    buffer_done(&frame);
}

/* Answers pings, and an announcement with a peer of the same port and beacon, and its end if it was "again". */
static void answer(const struct discovery_message *message, size_t step)
{
    struct discovery_message reply = *message;
    if (message->type == DISCOVERY_PING) {
        write_message(&(struct discovery_message){.type = DISCOVERY_PONG}, step);
        return;
    }
    reply.type = DISCOVERY_SEEN;
    reply.instance = BYTES_TEXT("peer");
    write_message(&reply, step);
    write_message(&(struct discovery_message){.type = DISCOVERY_LOG, .text = BYTES_TEXT("a\x1b[2Jb")}, step);
    if (message->again) {
        reply.type = DISCOVERY_GONE;
        write_message(&reply, step);
    }
}

/* Until the node hangs up; `messages` bounds how many it answers. */
static void serve(size_t step, int messages)
{
    struct buffer in = {0};
    uint8_t bytes[512];
    ssize_t count;
    while (messages > 0 && (count = read(NODE_FD, bytes, sizeof bytes)) > 0) {
        struct discovery_message message;
        size_t used;
        buffer_append(&in, (struct bytes){bytes, (size_t)count});
        while (messages > 0 && discovery_decode(buffer_bytes(&in), &message, &used) == OK) {
            answer(&message, step);
            buffer_cut_front(&in, used);
            messages--;
        }
    }
    buffer_done(&in);
}

static void wait_for_ever(void)
{
    for (;;)
        pause();
}

static int fake_helper(const char *character)
{
    static const uint8_t garbage[] = {0, 3, 0xff, 0xff, 0xff}, too_long[] = {0xff, 0xff};
    bool first = count_starts(true) == 1;
    if (strcmp(character, "honest") == 0)
        serve(4096, 1000);
    else if (strcmp(character, "slow writer") == 0)
        serve(1, 1000);
    else if (strcmp(character, "dies after the first announcement") == 0)
        serve(4096, first ? 1 : 1000);
    else if (strcmp(character, "frozen") == 0)
        first ? wait_for_ever() : serve(4096, 1000);
    else if (strcmp(character, "stubborn") == 0)
        serve(4096, 1000), wait_for_ever();
    else if (strcmp(character, "garbage") == 0)
        write_raw(BYTES_OF(garbage), sizeof garbage), wait_for_ever();
    else if (strcmp(character, "too long") == 0)
        write_raw(BYTES_OF(too_long), sizeof too_long), wait_for_ever();
    else if (strcmp(character, "plays the node") == 0)
        write_message(&(struct discovery_message){.type = DISCOVERY_PING}, 4096), wait_for_ever();
    else if (strcmp(character, "floods") == 0)
        for (;;)
            write_message(&(struct discovery_message){.type = DISCOVERY_PONG}, 4096);
    return 0; /* "mortal" */
}

/* ---------------------------------------------------------------- the test's side */

struct fixture {
    uv_loop_t loop;
    struct discovery *discovery;
    char directory[32];
    char starts[64];
    struct beacon beacon;
    int seen, gone, lines, stopped;
    bool stop_when_seen;
    struct address seen_address;
    struct beacon seen_beacon;
    char log[4096];
    int wanted_starts, wanted_seen;
    const char *wanted_line;
};

static void on_stopped(void *arg)
{
    struct fixture *fixture = arg;
    fixture->stopped++;
}

static void on_seen(void *arg, struct bytes instance, const struct address *address, const struct beacon *beacon)
{
    struct fixture *fixture = arg;
    assert_true(bytes_equal(instance, BYTES_TEXT("peer")));
    fixture->seen++;
    fixture->seen_address = *address;
    fixture->seen_beacon = *beacon;
    if (fixture->stop_when_seen)
        discovery_stop(fixture->discovery, on_stopped);
}

static void on_gone(void *arg, struct bytes instance)
{
    struct fixture *fixture = arg;
    assert_true(bytes_equal(instance, BYTES_TEXT("peer")));
    fixture->gone++;
}

static void on_log(void *arg, const char *text)
{
    struct fixture *fixture = arg;
    size_t used = strlen(fixture->log);
    snprintf(fixture->log + used, sizeof fixture->log - used, "%s\n", text);
}

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.directory = "/tmp/discoveryXXXXXX"};
    assert_non_null(mkdtemp(fixture.directory));
    snprintf(fixture.starts, sizeof fixture.starts, "%s/starts", fixture.directory);
    setenv("FAKE_STARTS", fixture.starts, 1);
    memset(fixture.beacon.salt, 5, sizeof fixture.beacon.salt);
    uv_loop_init(&fixture.loop);
    *state = &fixture;
    return 0;
}

static bool is_stopped(void *arg)
{
    const struct fixture *fixture = arg;
    return fixture->stopped > 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    if (fixture->discovery && !fixture->stopped) {
        discovery_stop(fixture->discovery, on_stopped);
        run_until(&fixture->loop, is_stopped, fixture);
    }
    unlink(fixture->starts);
    rmdir(fixture->directory);
    return uv_loop_close(&fixture->loop); /* UV_EBUSY: a handle was left */
}

static void start(struct fixture *fixture, const char *character, unsigned ping_ms)
{
    struct discovery_options options = {.loop = &fixture->loop,
                                        .helper = "/proc/self/exe",
                                        .ping_ms = ping_ms,
                                        .arg = fixture,
                                        .seen = on_seen,
                                        .gone = on_gone,
                                        .log = on_log};
    setenv("FAKE_HELPER", character, 1);
    assert_int_equal(discovery_start(&options, &fixture->discovery), OK);
}

static bool has_starts(void *arg)
{
    const struct fixture *fixture = arg;
    return count_starts(false) >= fixture->wanted_starts;
}

static bool has_seen(void *arg)
{
    const struct fixture *fixture = arg;
    return fixture->seen >= fixture->wanted_seen;
}

static bool has_gone(void *arg)
{
    const struct fixture *fixture = arg;
    return fixture->gone > 0;
}

static bool has_line(void *arg)
{
    const struct fixture *fixture = arg;
    return strstr(fixture->log, fixture->wanted_line);
}

static void await_starts(struct fixture *fixture, int count)
{
    fixture->wanted_starts = count;
    run_until(&fixture->loop, has_starts, fixture);
}

static void await_seen(struct fixture *fixture, int count)
{
    fixture->wanted_seen = count;
    run_until(&fixture->loop, has_seen, fixture);
}

static void await_line(struct fixture *fixture, const char *line)
{
    fixture->wanted_line = line;
    run_until(&fixture->loop, has_line, fixture);
}

/* ---------------------------------------------------------------- tests */

static void what_the_helper_tells_reaches_the_callbacks(void **state)
{
    struct fixture *fixture = *state;
    fixture->beacon.has_tag = true;
    fixture->beacon.invite_count = 2;
    start(fixture, "honest", 0);
    discovery_announce(fixture->discovery, &fixture->beacon, 7001, false);
    await_seen(fixture, 1);
    assert_int_equal(fixture->seen_address.port, 7001);
    assert_memory_equal(fixture->seen_beacon.salt, fixture->beacon.salt, sizeof fixture->beacon.salt);
    assert_true(fixture->seen_beacon.has_tag);
    assert_int_equal(fixture->seen_beacon.invite_count, 2);
    discovery_announce(fixture->discovery, &fixture->beacon, 7001, true);
    run_until(&fixture->loop, has_gone, fixture);
    assert_int_equal(count_starts(false), 1);
}

static void lines_of_the_helper_are_made_printable(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "honest", 0);
    discovery_announce(fixture->discovery, &fixture->beacon, 7001, false);
    await_line(fixture, "discovery: a?[2Jb\n");
}

static void frames_that_come_byte_by_byte_are_put_together(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "slow writer", 20);
    for (int i = 1; i <= 20; i++) {
        discovery_announce(fixture->discovery, &fixture->beacon, 7001, false);
        await_seen(fixture, i);
    }
    assert_int_equal(count_starts(false), 1);
}

static void a_dead_helper_is_replaced_and_told_the_announcement(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "dies after the first announcement", 0);
    discovery_announce(fixture->discovery, &fixture->beacon, 7001, false);
    await_seen(fixture, 2);
    assert_int_equal(fixture->seen_address.port, 7001);
    assert_int_equal(count_starts(false), 2);
}

static void a_helper_that_keeps_dying_is_started_ever_more_slowly(void **state)
{
    struct fixture *fixture = *state;
    uint64_t begin = moment_mono_ms();
    start(fixture, "mortal", 0);
    await_starts(fixture, 4);
    assert_true(moment_mono_ms() - begin >= 200 + 400 + 800);
}

static void a_frozen_helper_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "frozen", 50);
    discovery_announce(fixture->discovery, &fixture->beacon, 7001, false);
    await_seen(fixture, 1);
    assert_non_null(strstr(fixture->log, "frozen"));
    assert_int_equal(count_starts(false), 2);
}

static void a_helper_that_answers_pings_stays(void **state)
{
    struct fixture *fixture = *state;
    uint64_t begin = moment_mono_ms();
    start(fixture, "honest", 50);
    while (moment_mono_ms() - begin < 1000) /* twenty pings, of which three unanswered ones would end it */
        uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_int_equal(count_starts(false), 1);
    assert_string_equal(fixture->log, "");
}

static void a_helper_is_not_blamed_for_what_the_node_did_not_read(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "honest", 50);
    discovery_announce(fixture->discovery, &fixture->beacon, 7001, false);
    await_seen(fixture, 1);
    poll(NULL, 0, 500); /* as if this process had been stopped for ten pings */
    discovery_announce(fixture->discovery, &fixture->beacon, 7001, false);
    await_seen(fixture, 2);
    assert_int_equal(count_starts(false), 1);
}

static void nonsense_ends_a_helper(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "garbage", 0);
    await_starts(fixture, 2);
    await_line(fixture, "sends nonsense");
}

static void a_frame_without_measure_ends_a_helper(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "too long", 0);
    await_starts(fixture, 2);
    await_line(fixture, "sends nonsense");
}

static void a_helper_may_not_speak_as_the_node(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "plays the node", 0);
    await_starts(fixture, 2);
    await_line(fixture, "sends nonsense");
}

static void a_flood_ends_a_helper(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "floods", 0);
    await_starts(fixture, 2);
    await_line(fixture, "talks too much");
}

static void a_helper_that_does_not_listen_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "frozen", 0);
    await_starts(fixture, 1);
    for (int i = 0; i < 100000 && !strstr(fixture->log, "does not listen"); i++) {
        discovery_announce(fixture->discovery, &fixture->beacon, 7001, false);
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
    }
    assert_non_null(strstr(fixture->log, "does not listen"));
    await_starts(fixture, 2);
}

static void stop_ends_a_helper_that_does_not_leave(void **state)
{
    struct fixture *fixture = *state;
    uint64_t begin = moment_mono_ms();
    start(fixture, "stubborn", 0);
    discovery_announce(fixture->discovery, &fixture->beacon, 7001, false);
    await_line(fixture, "discovery: a"); /* the last that it has to say */
    discovery_stop(fixture->discovery, on_stopped);
    run_until(&fixture->loop, is_stopped, fixture);
    assert_true(moment_mono_ms() - begin >= 900);
    assert_int_equal(uv_loop_alive(&fixture->loop), 0);
}

static void stop_between_two_helpers_is_at_once(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "mortal", 0);
    await_line(fixture, "ended (status 0, signal 0)\ndiscovery helper ended (status 0, signal 0)\n");
    discovery_stop(fixture->discovery, on_stopped);
    run_until(&fixture->loop, is_stopped, fixture);
    assert_int_equal(count_starts(false), 2);
}

static void stop_from_within_a_callback_is_the_last_one(void **state)
{
    struct fixture *fixture = *state;
    fixture->stop_when_seen = true;
    start(fixture, "honest", 0);
    discovery_announce(fixture->discovery, &fixture->beacon, 7001, true);
    run_until(&fixture->loop, is_stopped, fixture);
    assert_int_equal(fixture->seen, 1);
    assert_int_equal(fixture->gone, 0);
    assert_string_equal(fixture->log, "");
}

static void a_missing_program_is_told_at_the_start(void **state)
{
    struct fixture *fixture = *state;
    struct discovery_options options = {.loop = &fixture->loop, .helper = "/nowhere/zuruf-discover"};
    struct discovery *discovery;
    assert_int_equal(discovery_start(&options, &discovery), ERR_NOT_FOUND);
}

static void the_environment_names_the_directory_of_the_program(void **state)
{
    struct fixture *fixture = *state;
    struct discovery_options options = {
        .loop = &fixture->loop, .arg = fixture, .seen = on_seen, .gone = on_gone, .log = on_log};
    char self[PATH_MAX], link[64];
    size_t size = sizeof self;
    assert_int_equal(uv_exepath(self, &size), 0);
    snprintf(link, sizeof link, "%s/zuruf-discover", fixture->directory);
    setenv("ZURUF_LIBEXEC", fixture->directory, 1);
    setenv("FAKE_HELPER", "honest", 1);
    assert_int_equal(discovery_start(&options, &fixture->discovery), ERR_NOT_FOUND);
    assert_int_equal(symlink(self, link), 0);
    enum error err = discovery_start(&options, &fixture->discovery);
    unsetenv("ZURUF_LIBEXEC");
    unlink(link);
    assert_int_equal(err, OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const char *character = getenv("FAKE_HELPER");
    if (character)
        return fake_helper(character);

    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(what_the_helper_tells_reaches_the_callbacks),
        TEST(lines_of_the_helper_are_made_printable),
        TEST(frames_that_come_byte_by_byte_are_put_together),
        TEST(a_dead_helper_is_replaced_and_told_the_announcement),
        TEST(a_helper_that_keeps_dying_is_started_ever_more_slowly),
        TEST(a_frozen_helper_is_replaced),
        TEST(a_helper_that_answers_pings_stays),
        TEST(a_helper_is_not_blamed_for_what_the_node_did_not_read),
        TEST(nonsense_ends_a_helper),
        TEST(a_frame_without_measure_ends_a_helper),
        TEST(a_helper_may_not_speak_as_the_node),
        TEST(a_flood_ends_a_helper),
        TEST(a_helper_that_does_not_listen_is_replaced),
        TEST(stop_ends_a_helper_that_does_not_leave),
        TEST(stop_between_two_helpers_is_at_once),
        TEST(stop_from_within_a_callback_is_the_last_one),
        TEST(a_missing_program_is_told_at_the_start),
        TEST(the_environment_names_the_directory_of_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
