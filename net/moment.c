/* SPDX-License-Identifier: MIT */
#include "moment.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static uint64_t read_clock(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time); /* cannot fail for these clocks */
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

uint64_t moment_mono_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static void refill(struct moment *moment)
{
    while (moment->left < MOMENT_POOL_SIZE) {
        ssize_t got = getrandom(moment->pool + moment->left, MOMENT_POOL_SIZE - moment->left, 0);
        if (got > 0)
            moment->left += (size_t)got;
        else if (errno != EINTR)
            abort(); /* a kernel without randomness: nothing safe can be done */
    }
}

void moment_stamp(struct moment *moment, struct event *event)
{
    if (moment->left < sizeof event->random)
        refill(moment);
    moment->left -= sizeof event->random;
    memcpy(event->random, moment->pool + moment->left, sizeof event->random);
    explicit_bzero(moment->pool + moment->left, sizeof event->random);
    event->now_ms = read_clock(CLOCK_REALTIME);
    event->mono_ms = moment_mono_ms();
}

void moment_done(struct moment *moment)
{
    explicit_bzero(moment, sizeof *moment);
}
