/* SPDX-License-Identifier: MIT */
#include "netwatch.h"
#include "loop_error.h"
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---------------------------------------------------------------- what is new and what is repeated */

static bool is_same(const struct netwatch_known *a, const struct netwatch_known *b)
{
    return a->index == b->index && a->family == b->family && memcmp(a->address, b->address, sizeof a->address) == 0;
}

/* Every router advertisement repeats the addresses, every scan of a radio its interface: only other flags, or
 * something unknown, are a change. */
static bool note_present(struct netwatch *watch, const struct netwatch_known *now)
{
    struct netwatch_known *place = NULL;

    for (size_t i = 0; i < NETWATCH_KNOWN; i++) {
        struct netwatch_known *known = &watch->known[i];
        if (is_same(known, now)) {
            bool changed = known->flags != now->flags;
            *known = *now;
            return changed;
        }
        if (known->index == 0)
            place = known;
    }
    if (place)
        *place = *now;
    return true;
}

static bool note_gone(struct netwatch *watch, const struct netwatch_known *gone)
{
    for (size_t i = 0; i < NETWATCH_KNOWN; i++) {
        if (is_same(&watch->known[i], gone))
            watch->known[i] = (struct netwatch_known){0};
    }
    return true;
}

/* ---------------------------------------------------------------- messages */

static bool read_interface(struct nlmsghdr *message, struct netwatch_known *ret)
{
    struct ifinfomsg info;

    if (message->nlmsg_len < NLMSG_LENGTH(sizeof info))
        return false;
    memcpy(&info, NLMSG_DATA(message), sizeof info);
    ret->index = (uint32_t)info.ifi_index;
    ret->flags = info.ifi_flags & (IFF_UP | IFF_RUNNING);
    return true;
}

static bool read_address(struct nlmsghdr *message, struct netwatch_known *ret)
{
    struct ifaddrmsg info;

    if (message->nlmsg_len < NLMSG_LENGTH(sizeof info))
        return false;
    memcpy(&info, NLMSG_DATA(message), sizeof info);
    ret->index = info.ifa_index;
    ret->family = info.ifa_family;
    ret->flags = info.ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED);

    size_t left = message->nlmsg_len - NLMSG_LENGTH(sizeof info);
    struct rtattr *attribute = (struct rtattr *)((char *)NLMSG_DATA(message) + NLMSG_ALIGN(sizeof info));
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        if (attribute->rta_type == IFA_ADDRESS && RTA_PAYLOAD(attribute) <= sizeof ret->address)
            memcpy(ret->address, RTA_DATA(attribute), RTA_PAYLOAD(attribute));
    }
    return true;
}

static bool is_change(struct netwatch *watch, struct nlmsghdr *message)
{
    struct netwatch_known item = {0};

    switch (message->nlmsg_type) {
    case RTM_NEWLINK:
        return read_interface(message, &item) && note_present(watch, &item);
    case RTM_DELLINK:
        return read_interface(message, &item) && note_gone(watch, &item);
    case RTM_NEWADDR:
        return read_address(message, &item) && note_present(watch, &item);
    case RTM_DELADDR:
        return read_address(message, &item) && note_gone(watch, &item);
    default:
        return false;
    }
}

/* ---------------------------------------------------------------- the socket */

static void on_settled(uv_timer_t *timer)
{
    struct netwatch *watch = timer->data;
    watch->on_change(watch->arg);
}

static void changed(struct netwatch *watch)
{
    if (!uv_is_active((uv_handle_t *)&watch->settle))
        uv_timer_start(&watch->settle, on_settled, NETWATCH_SETTLE_MS, 0);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct netwatch *watch = poll->data;
    union {
        char bytes[8192];
        struct nlmsghdr align;
    } buffer;

    (void)status;
    (void)events;
    for (;;) {
        struct sockaddr_nl from;
        socklen_t from_size = sizeof from;
        ssize_t got = recvfrom(watch->fd, &buffer, sizeof buffer, 0, (struct sockaddr *)&from, &from_size);
        if (got < 0 && errno == ENOBUFS) { /* some were lost */
            changed(watch);
            continue;
        }
        if (got <= 0)
            return;
        if (from_size != sizeof from || from.nl_pid != 0) /* not the kernel */
            continue;
        size_t left = (size_t)got;
        for (struct nlmsghdr *each = &buffer.align; NLMSG_OK(each, left); each = NLMSG_NEXT(each, left)) {
            if (is_change(watch, each))
                changed(watch);
        }
    }
}

static enum error open_socket(int *ret)
{
    struct sockaddr_nl name = {.nl_family = AF_NETLINK,
                               .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};

    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        return loop_error(-errno);
    if (bind(fd, (const struct sockaddr *)&name, sizeof name) != 0) {
        enum error err = loop_error(-errno);
        close(fd);
        return err;
    }
    *ret = fd;
    return OK;
}

enum error netwatch_open(struct netwatch *watch, uv_loop_t *loop, void (*on_change)(void *arg), void *arg)
{
    int fd = -1;

    enum error err = open_socket(&fd);
    if (err)
        return err;
    *watch = (struct netwatch){.fd = fd, .on_change = on_change, .arg = arg};
    int status = uv_poll_init(loop, &watch->poll, fd);
    if (status != 0) {
        close(fd);
        return loop_error(status);
    }
    uv_timer_init(loop, &watch->settle);
    watch->poll.data = watch;
    watch->settle.data = watch;
    watch->open_handles = 2;
    uv_poll_start(&watch->poll, UV_READABLE, on_readable);
    return OK;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct netwatch *watch = handle->data;

    if (--watch->open_handles > 0)
        return;
    close(watch->fd);
    watch->on_closed(watch->closed_arg);
}

void netwatch_close(struct netwatch *watch, void (*on_closed)(void *arg), void *arg)
{
    watch->on_closed = on_closed;
    watch->closed_arg = arg;
    uv_close((uv_handle_t *)&watch->poll, on_handle_closed);
    uv_close((uv_handle_t *)&watch->settle, on_handle_closed);
}
