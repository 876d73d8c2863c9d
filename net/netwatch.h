/* SPDX-License-Identifier: MIT
 * Tells when an interface or an address of this machine changed: rtnetlink (RFC 3549), messages of the link and
 * address groups.  A burst is told once, NETWATCH_SETTLE_MS after it began. */
#pragma once
#include "core/error.h"
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define NETWATCH_SETTLE_MS 200
#define NETWATCH_KNOWN 256 /* interfaces and addresses remembered */

/* What was last said of an interface (no address) or an address. */
struct netwatch_known {
    uint32_t index; /* of the interface; 0: unused */
    uint8_t family; /* AF_UNSPEC: the interface itself */
    uint8_t address[16];
    uint32_t flags;
};

struct netwatch {
    uv_poll_t poll;
    uv_timer_t settle;
    int fd;
    struct netwatch_known known[NETWATCH_KNOWN];
    unsigned open_handles;
    void (*on_change)(void *arg);
    void *arg;
    void (*on_closed)(void *arg);
    void *closed_arg;
};

/* Needs no rights.  ERR_NETWORK, ERR_LIMIT, ERR_NOT_PERMITTED: no such socket; then there is nothing to close. */
MUST_USE enum error netwatch_open(struct netwatch *watch, uv_loop_t *loop, void (*on_change)(void *arg), void *arg);
void netwatch_close(struct netwatch *watch, void (*on_closed)(void *arg), void *arg); /* called from the loop */
