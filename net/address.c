/* SPDX-License-Identifier: MIT */
#include "address.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#define HOST_SIZE 256 /* a DNS name (RFC 1035 §2.3.4), or IPv6 with its zone; with the ending zero */

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool address_is_ipv4(const struct address *address)
{
    return memcmp(address->ip, mapped_prefix, sizeof mapped_prefix) == 0;
}

bool address_is_link_local(const struct address *address)
{
    return address->ip[0] == 0xfe && (address->ip[1] & 0xc0) == 0x80;
}

bool address_is_loopback(const struct address *address)
{
    static const uint8_t one[16] = {[15] = 1};
    return address_is_ipv4(address) ? address->ip[12] == 127 : memcmp(address->ip, one, sizeof one) == 0;
}

bool address_is_any(const struct address *address)
{
    static const uint8_t any[16];
    return memcmp(address->ip + 12, any, 4) == 0 && (address_is_ipv4(address) || memcmp(address->ip, any, 12) == 0);
}

bool address_equal(const struct address *a, const struct address *b)
{
    return memcmp(a->ip, b->ip, sizeof a->ip) == 0 && a->port == b->port && a->scope == b->scope;
}

/* ---------------------------------------------------------------- text */

struct host_port {
    char host[HOST_SIZE];
    bool bracketed;
    uint16_t port;
};

static bool parse_port(struct bytes text, uint16_t *ret)
{
    unsigned value = 0;

    if (text.size == 0 || text.size > 5)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text.data[i] - '0');
    }
    if (value > UINT16_MAX)
        return false;
    *ret = (uint16_t)value;
    return true;
}

/* "HOST:PORT" or "[HOST]:PORT"; a colon in HOST needs the brackets. */
static bool split(struct bytes text, struct host_port *ret)
{
    const uint8_t *colon = text.size > 0 ? memrchr(text.data, ':', text.size) : NULL;
    if (!colon)
        return false;

    struct bytes host = {text.data, (size_t)(colon - text.data)};
    struct bytes port = {colon + 1, text.size - host.size - 1};
    ret->bracketed = host.size >= 2 && host.data[0] == '[' && host.data[host.size - 1] == ']';
    if (ret->bracketed)
        host = (struct bytes){host.data + 1, host.size - 2};
    if (host.size == 0 || host.size >= HOST_SIZE || memchr(host.data, 0, host.size))
        return false;
    if (!ret->bracketed && memchr(host.data, ':', host.size))
        return false;

    memcpy(ret->host, host.data, host.size);
    ret->host[host.size] = 0;
    return parse_port(port, &ret->port);
}

/* The index of an interface given by name or number. */
static bool parse_zone(const char *zone, uint32_t *ret)
{
    uint32_t index = if_nametoindex(zone);
    char *end = NULL;

    if (index == 0 && zone[0] >= '1' && zone[0] <= '9') {
        unsigned long number = strtoul(zone, &end, 10);
        if (*end == 0 && number <= INT32_MAX)
            index = (uint32_t)number;
    }
    if (index == 0)
        return false;
    *ret = index;
    return true;
}

static enum error parse_ipv6(char *host, struct address *ret)
{
    char *zone = strchr(host, '%');

    if (zone)
        *zone++ = 0;
    if (inet_pton(AF_INET6, host, ret->ip) != 1)
        return ERR_MALFORMED;
    if (!zone)
        return OK;
    if (!address_is_link_local(ret))
        return ERR_MALFORMED;
    return parse_zone(zone, &ret->scope) ? OK : ERR_NOT_FOUND;
}

static enum error parse_numbers(const struct host_port *from, struct address *ret)
{
    struct address address = {.port = from->port};
    char host[HOST_SIZE];

    if (from->bracketed) {
        memcpy(host, from->host, sizeof host);
        enum error err = parse_ipv6(host, &address);
        if (err)
            return err;
    } else {
        memcpy(address.ip, mapped_prefix, sizeof mapped_prefix);
        if (inet_pton(AF_INET, from->host, address.ip + sizeof mapped_prefix) != 1)
            return ERR_MALFORMED;
    }
    *ret = address;
    return OK;
}

enum error address_parse(struct bytes text, struct address *ret)
{
    struct host_port parts = {0};

    return split(text, &parts) ? parse_numbers(&parts, ret) : ERR_MALFORMED;
}

static enum error ask_resolver(const struct host_port *parts, struct address *ret, size_t most, size_t *ret_count)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *found = NULL;
    size_t count = 0;

    if (getaddrinfo(parts->host, NULL, &hints, &found) != 0)
        return ERR_NOT_FOUND;
    for (const struct addrinfo *each = found; each && count < most; each = each->ai_next) {
        if (address_from_sockaddr(each->ai_addr, &ret[count]) != OK)
            continue;
        ret[count++].port = parts->port;
    }
    freeaddrinfo(found);
    if (count == 0)
        return ERR_NOT_FOUND;
    *ret_count = count;
    return OK;
}

enum error address_resolve(struct bytes text, struct address *ret, size_t most, size_t *ret_count)
{
    struct host_port parts = {0};

    if (!split(text, &parts))
        return ERR_MALFORMED;
    enum error err = parse_numbers(&parts, ret);
    if (!err)
        *ret_count = 1;
    if (err != ERR_MALFORMED || parts.bracketed)
        return err;
    return ask_resolver(&parts, ret, most, ret_count);
}

const char *address_format(const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
    char host[INET6_ADDRSTRLEN];
    char zone[IF_NAMESIZE];

    if (address_is_ipv4(address)) {
        inet_ntop(AF_INET, address->ip + sizeof mapped_prefix, host, sizeof host);
        snprintf(out, ADDRESS_TEXT_SIZE, "%s:%u", host, address->port);
        return out;
    }
    inet_ntop(AF_INET6, address->ip, host, sizeof host);
    if (address->scope == 0)
        snprintf(out, ADDRESS_TEXT_SIZE, "[%s]:%u", host, address->port);
    else if (if_indextoname(address->scope, zone))
        snprintf(out, ADDRESS_TEXT_SIZE, "[%s%%%s]:%u", host, zone, address->port);
    else /* the interface is gone */
        snprintf(out, ADDRESS_TEXT_SIZE, "[%s%%%u]:%u", host, address->scope, address->port);
    return out;
}

/* ---------------------------------------------------------------- sockets */

socklen_t address_to_sockaddr(const struct address *address, struct sockaddr_storage *ret)
{
    memset(ret, 0, sizeof *ret);
    if (address_is_ipv4(address)) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(address->port)};
        memcpy(&in.sin_addr, address->ip + sizeof mapped_prefix, sizeof in.sin_addr);
        memcpy(ret, &in, sizeof in);
        return sizeof in;
    }
    struct sockaddr_in6 in6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(address->port), .sin6_scope_id = address->scope};
    memcpy(&in6.sin6_addr, address->ip, sizeof in6.sin6_addr);
    memcpy(ret, &in6, sizeof in6);
    return sizeof in6;
}

enum error address_from_sockaddr(const struct sockaddr *from, struct address *ret)
{
    struct address address = {0};

    if (from->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, from, sizeof in);
        memcpy(address.ip, mapped_prefix, sizeof mapped_prefix);
        memcpy(address.ip + sizeof mapped_prefix, &in.sin_addr, sizeof in.sin_addr);
        address.port = ntohs(in.sin_port);
    } else if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, from, sizeof in6);
        memcpy(address.ip, &in6.sin6_addr, sizeof address.ip);
        address.port = ntohs(in6.sin6_port);
        address.scope = address_is_link_local(&address) ? in6.sin6_scope_id : 0;
    } else {
        return ERR_MALFORMED;
    }
    *ret = address;
    return OK;
}
