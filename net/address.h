/* SPDX-License-Identifier: MIT
 * Addresses as people write them, "192.168.1.7:4000", "[2001:db8::7]:4000", "[fe80::1%eth0]:4000", and as sockets want
 * them.  IPv4 lies in struct address as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2); zones are written as in RFC 4007 §11. */
#pragma once
#include "core/node.h"
#include <sys/socket.h>

#define ADDRESS_TEXT_SIZE 80 /* with the ending zero */

/* Numbers only, asks nobody.
 * ERR_MALFORMED: not an address with a port; ERR_NOT_FOUND: no such interface (after "%"). */
MUST_USE enum error address_parse(struct bytes text, struct address *ret);

/* As address_parse, or else HOST:PORT by the system's resolver: may block for seconds, so not on the node's loop.
 * Fills at most `most` (at least 1).  ERR_MALFORMED; ERR_NOT_FOUND: no such host or interface. */
MUST_USE enum error address_resolve(struct bytes text, struct address *ret, size_t most, size_t *ret_count);

/* Writes it so that address_parse() reads it back; returns `out`. */
const char *address_format(const struct address *address, char out[ADDRESS_TEXT_SIZE]);

bool address_is_ipv4(const struct address *address);
bool address_is_link_local(const struct address *address); /* fe80::/10: means something on one interface only */
bool address_is_loopback(const struct address *address);
bool address_is_any(const struct address *address); /* 0.0.0.0 or :: */
bool address_equal(const struct address *a, const struct address *b);

/* Fills ret (IPv4-mapped becomes AF_INET) and returns its length. */
socklen_t address_to_sockaddr(const struct address *address, struct sockaddr_storage *ret);
/* ERR_MALFORMED: neither AF_INET nor AF_INET6. */
MUST_USE enum error address_from_sockaddr(const struct sockaddr *from, struct address *ret);
