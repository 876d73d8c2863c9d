/* SPDX-License-Identifier: MIT */
#include "interfaces.h"
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

bool interfaces_is_loopback(AvahiIfIndex interface)
{
    struct ifreq request = {0};
    int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return false;
    bool loopback = interface > 0 && if_indextoname((unsigned)interface, request.ifr_name) &&
                    ioctl(probe, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_LOOPBACK);
    close(probe);
    return loopback;
}

static bool is_wanted(const struct ifaddrs *entry, bool loopback)
{
    if (!entry->ifa_addr || (entry->ifa_addr->sa_family != AF_INET && entry->ifa_addr->sa_family != AF_INET6))
        return false;
    if (!(entry->ifa_flags & IFF_UP))
        return false;
    return entry->ifa_flags & IFF_LOOPBACK ? loopback : (entry->ifa_flags & IFF_MULTICAST) != 0;
}

static AvahiAddress to_avahi(const struct sockaddr *from)
{
    AvahiAddress address;
    memset(&address, 0, sizeof address);
    if (from->sa_family == AF_INET) {
        address.proto = AVAHI_PROTO_INET;
        address.data.ipv4.address = ((const struct sockaddr_in *)(const void *)from)->sin_addr.s_addr;
    } else {
        address.proto = AVAHI_PROTO_INET6;
        memcpy(address.data.ipv6.address, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
    }
    return address;
}

size_t interfaces_addresses(bool loopback, struct interface_address ret_addresses[INTERFACES_ADDRESSES_MAX])
{
    struct ifaddrs *all;
    size_t count = 0;
    if (getifaddrs(&all))
        return 0;
    memset(ret_addresses, 0, INTERFACES_ADDRESSES_MAX * sizeof *ret_addresses);
    for (const struct ifaddrs *entry = all; entry && count < INTERFACES_ADDRESSES_MAX; entry = entry->ifa_next) {
        if (!is_wanted(entry, loopback))
            continue;
        ret_addresses[count].interface = (AvahiIfIndex)if_nametoindex(entry->ifa_name);
        ret_addresses[count].address = to_avahi(entry->ifa_addr);
        count += ret_addresses[count].interface > 0;
    }
    freeifaddrs(all);
    return count;
}

int interfaces_monitor_open(void)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                  .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
    int monitor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (monitor >= 0 && bind(monitor, (const struct sockaddr *)&address, sizeof address)) {
        close(monitor);
        return -1;
    }
    return monitor;
}

/* What changed is read from the kernel anew, so an overflow of the socket (ENOBUFS) loses nothing. */
void interfaces_monitor_drain(int monitor)
{
    char bytes[8192];
    while (recv(monitor, bytes, sizeof bytes, 0) > 0)
        ;
}
