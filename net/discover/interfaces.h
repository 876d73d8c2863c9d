/* SPDX-License-Identifier: MIT
 * The network interfaces of this computer, and word of their changes (rtnetlink(7)). */
#pragma once
#include <avahi-common/address.h>
#include <stdbool.h>
#include <stddef.h>

#define INTERFACES_ADDRESSES_MAX 128

struct interface_address {
    AvahiIfIndex interface;
    AvahiAddress address;
};

bool interfaces_is_loopback(AvahiIfIndex interface); /* false as well if there is no such interface */

/* The addresses of interfaces that are up and can multicast, and of loopback ones if `loopback`; always in the same
 * order while nothing changes.  All bytes of the structs are set.  Returns how many. */
size_t interfaces_addresses(bool loopback, struct interface_address ret_addresses[INTERFACES_ADDRESSES_MAX]);

/* A socket that becomes readable when an interface or address changes; −1 if the kernel refuses. */
int interfaces_monitor_open(void);
void interfaces_monitor_drain(int monitor);
