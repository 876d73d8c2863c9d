/* SPDX-License-Identifier: MIT
 * Dialling: at most TCP_DIALS_MAX at a time, the rest in a queue. */
#include "address.h"
#include "loop_error.h"
#include "tcp_link.h"

static void on_dial_timeout(uv_timer_t *timer)
{
    link_fail(timer->data, ERR_TIMEOUT);
}

static void on_connected(uv_connect_t *connecting, int status)
{
    struct link *link = connecting->data;
    struct tcp *tcp = link->tcp;

    if (link->state != LINK_DIALING) /* given up meanwhile */
        return;
    if (status < 0) {
        link_fail(link, loop_error(status));
        return;
    }
    tcp->dialing--;
    link_enter(link);
    dial_next(tcp);
}

/* Another family, or the way from loopback to the world, is left to the system; so is a source that is no more. */
static void bind_source(struct link *link)
{
    const struct address *source = &link->tcp->source;
    struct address from = *source;
    struct sockaddr_storage bound;

    if (!source->port || address_is_ipv4(source) != address_is_ipv4(&link->address) ||
        address_is_loopback(source) != address_is_loopback(&link->address) || address_is_link_local(source))
        return;
    from.port = 0;
    address_to_sockaddr(&from, &bound);
    (void)uv_tcp_bind(&link->socket, (const struct sockaddr *)&bound, 0);
}

static void start(struct link *link)
{
    struct sockaddr_storage to;

    link->state = LINK_DIALING;
    link->tcp->dialing++;
    link_open_handles(link);
    link->connecting.data = link;
    uv_update_time(link->tcp->loop);
    uv_timer_start(&link->timer, on_dial_timeout, TCP_DIAL_MS, 0);
    bind_source(link);
    address_to_sockaddr(&link->address, &to);
    int status = uv_tcp_connect(&link->connecting, &link->socket, (const struct sockaddr *)&to, on_connected);
    if (status < 0)
        link_fail(link, loop_error(status));
}

void dial_next(struct tcp *tcp)
{
    while (tcp->first_waiting && tcp->dialing < TCP_DIALS_MAX) {
        struct link *link = tcp->first_waiting;
        tcp->first_waiting = link->next_waiting;
        if (!tcp->first_waiting)
            tcp->last_waiting = NULL;
        tcp->waiting--;
        start(link);
    }
}

void dial_forget(struct tcp *tcp)
{
    while (tcp->first_waiting) {
        struct link *link = tcp->first_waiting;
        tcp->first_waiting = link->next_waiting;
        link_end(link);
    }
    tcp->last_waiting = NULL;
    tcp->waiting = 0;
}

void tcp_dial_from(struct tcp *tcp, const struct address *source)
{
    tcp->source = *source;
}

void tcp_dial(struct tcp *tcp, uint64_t dial, const struct address *to)
{
    struct link *link = link_new(tcp, LINK_QUEUED, dial, to);

    if (tcp->waiting >= TCP_DIALS_WAITING_MAX) {
        link_fail(link, ERR_LIMIT);
        return;
    }
    if (tcp->last_waiting)
        tcp->last_waiting->next_waiting = link;
    else
        tcp->first_waiting = link;
    tcp->last_waiting = link;
    tcp->waiting++;
    dial_next(tcp);
}
