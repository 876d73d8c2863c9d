/* SPDX-License-Identifier: MIT
 * zuruf-discover: finds Zuruf nodes through mDNS for the node that started it, which holds the other end of the
 * socketpair at descriptor 3 (discovery_wire.h).  Holds no key, opens no file, and leaves when the node does. */
#include "due.h"
#include "finder.h"
#include <avahi-common/simple-watch.h>
#include <avahi-core/log.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define NODE_FD 3
#define NOBODY 65534
#define LEAVE_SECONDS 2

struct program {
    AvahiSimplePoll *poll;
    struct node_link link;
    struct finder *finder;
};

static struct program program; /* signals and Avahi's log carry no argument */

static uint64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---------------------------------------------------------------- callbacks */

static bool on_message(void *arg, const struct discovery_message *message)
{
    struct program *self = arg;
    return finder_handle(self->finder, message);
}

static void on_node(AvahiWatch *watch, int fd, AvahiWatchEvent event, void *arg)
{
    struct program *self = arg;
    (void)watch, (void)fd, (void)event;
    if (!node_link_receive(&self->link, on_message, self))
        avahi_simple_poll_quit(self->poll);
}

static void on_avahi_log(AvahiLogLevel level, const char *line)
{
    if (level <= AVAHI_LOG_WARN && program.finder)
        finder_log(program.finder, line);
}

/* Leaves time to withdraw what is published, but not for a daemon that does not answer. */
static void on_terminate(int signal)
{
    (void)signal;
    alarm(LEAVE_SECONDS);
    avahi_simple_poll_quit(program.poll);
}

/* ---------------------------------------------------------------- the process */

/* A node run by root: nothing here needs that.  Where the user cannot be changed (a user namespace without that
 * number), going on as before is no worse than the node itself. */
static void drop_root(void)
{
    if (geteuid() != 0)
        return;
    if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
        return;
}

static bool restrict_process(void)
{
    drop_root();
    /* Changing the user clears the wish for this signal, so it comes after. */
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == 0 &&
           close_range(NODE_FD + 1, UINT_MAX, 0) == 0 && chdir("/") == 0;
}

static bool set_up(struct program *self)
{
    const char *loopback = getenv("ZURUF_DISCOVER_LO");
    self->poll = avahi_simple_poll_new();
    if (!self->poll)
        return false;
    struct sigaction action = {.sa_handler = on_terminate};
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);

    const AvahiPoll *api = avahi_simple_poll_get(self->poll);
    self->finder = finder_new(api, &self->link, loopback && strcmp(loopback, "1") == 0, clock_ms());
    avahi_set_log_function(on_avahi_log);
    return api->watch_new(api, NODE_FD, AVAHI_WATCH_IN, on_node, self);
}

/* Sleeps by our own monotonic clock; Avahi's timers, which use the wall clock, only shorten that. */
static void run(struct program *self)
{
    int sleep_ms = 0;
    while (avahi_simple_poll_iterate(self->poll, sleep_ms) == 0) {
        uint64_t due_ms = DUE_NEVER;
        if (!finder_step(self->finder, clock_ms(), &due_ms))
            return;
        uint64_t now_ms = clock_ms();
        if (due_ms == DUE_NEVER)
            sleep_ms = -1;
        else
            sleep_ms = due_ms <= now_ms ? 0 : due_ms - now_ms < INT_MAX ? (int)(due_ms - now_ms) : INT_MAX;
    }
}

static void tear_down(struct program *self)
{
    alarm(LEAVE_SECONDS);
    if (self->finder)
        finder_free(self->finder);
    self->finder = NULL;
    if (self->poll)
        avahi_simple_poll_free(self->poll);
    node_link_done(&self->link);
}

int main(void)
{
    if (!node_link_init(&program.link, NODE_FD)) {
        fputs("zuruf-discover is started by zuruf\n", stderr);
        return 2;
    }
    bool good = restrict_process() && set_up(&program);
    if (good)
        run(&program);
    tear_down(&program);
    return good ? 0 : 1;
}
