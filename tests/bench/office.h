/* SPDX-License-Identifier: MIT
 * Several computers in one workspace, each linked to each other one. */
#pragma once
#include "computer.h"
#include <stdbool.h>

#define OFFICE_MAX 32
#define OFFICE_WORKSPACE "Office"

struct office {
    struct computer computers[OFFICE_MAX];
    struct client clients[OFFICE_MAX]; /* a connection to each */
    size_t count;
};

enum office_disk {
    OFFICE_DISK,     /* under $TMPDIR */
    OFFICE_RAM_5_MS, /* a RAM disk, each commit of which takes 5 ms more (slow_commit.c) */
};
/* False: there is no such disk. */
bool office_start(struct office *office, size_t count, enum office_disk disk);
void office_stop(struct office *office);
/* Until all have the same entries; dies when that takes longer than a minute.  How many each has. */
uint64_t office_wait_until_equal(struct office *office);
