/* SPDX-License-Identifier: MIT */
#include "yard_link.h"
#include "measure.h"
#include "process.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE (256u << 10)

enum { SEND, RECEIVE };

static int listen_on_loopback(struct sockaddr_in *ret_address)
{
    socklen_t size = sizeof *ret_address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    *ret_address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || bind(fd, (struct sockaddr *)ret_address, size) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)ret_address, &size) != 0)
        die("nothing can listen on loopback");
    return fd;
}

static void init(struct yard_link *link, int fd, int side)
{
    int on = 1;

    if (fd < 0)
        die("no connection over loopback");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    *link = (struct yard_link){.fd = fd};
    memset(link->key[SEND].bytes, 1 + side, sizeof link->key[SEND].bytes);
    memset(link->key[RECEIVE].bytes, 2 - side, sizeof link->key[RECEIVE].bytes);
}

static void dial(struct yard_link *link, const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0)
        die("no connection over loopback");
    init(link, fd, 0);
}

pid_t yard_link_fork(struct yard_link *link)
{
    struct sockaddr_in address;
    int listener = listen_on_loopback(&address);
    pid_t child = process_fork();

    if (child == 0)
        dial(link, &address);
    else
        init(link, accept(listener, NULL, NULL), 1);
    close(listener);
    return child;
}

void yard_link_pair(struct yard_link *one, struct yard_link *other)
{
    struct sockaddr_in address;
    int listener = listen_on_loopback(&address);

    dial(one, &address);
    init(other, accept(listener, NULL, NULL), 1);
    close(listener);
}

void yard_link_done(struct yard_link *link)
{
    close(link->fd);
    buffer_done(&link->in);
    buffer_done(&link->opened);
    buffer_done(&link->out);
}

void yard_link_queue(struct yard_link *link, struct bytes plain)
{
    uint8_t *frame = buffer_extend(&link->out, 2 + plain.size + AEAD_TAG_SIZE);

    put_u16(frame, (uint16_t)(plain.size + AEAD_TAG_SIZE));
    crypto_aead_seal(&link->key[SEND], link->frames[SEND]++, (struct bytes){0}, plain, frame + 2);
}

void yard_link_flush(struct yard_link *link)
{
    for (size_t at = 0; at < link->out.size;) {
        ssize_t written = write(link->fd, link->out.data + at, link->out.size - at);
        if (written <= 0)
            die("the other end is gone");
        at += (size_t)written;
    }
    link->out.size = 0;
}

void yard_link_shutdown(struct yard_link *link)
{
    shutdown(link->fd, SHUT_WR);
}

bool yard_link_fill(struct yard_link *link)
{
    if (link->at > 0) {
        memmove(link->in.data, link->in.data + link->at, link->in.size - link->at);
        link->in.size -= link->at;
        link->at = 0;
    }
    buffer_reserve(&link->in, READ_SIZE);
    ssize_t count = read(link->fd, link->in.data + link->in.size, READ_SIZE);
    if (count <= 0)
        return false;
    link->in.size += (size_t)count;
    return true;
}

bool yard_link_next(struct yard_link *link, struct bytes *ret)
{
    size_t left = link->in.size - link->at;
    const uint8_t *frame = link->in.data + link->at;
    if (left < 2 || left < 2 + (size_t)get_u16(frame))
        return false;

    struct bytes sealed = {frame + 2, get_u16(frame)};
    link->opened.size = 0;
    buffer_reserve(&link->opened, sealed.size);
    if (sealed.size < AEAD_TAG_SIZE || crypto_aead_open(&link->key[RECEIVE], link->frames[RECEIVE]++, (struct bytes){0},
                                                        sealed, link->opened.data) != OK)
        die("a frame does not open");
    link->at += 2 + sealed.size;
    *ret = (struct bytes){link->opened.data, sealed.size - AEAD_TAG_SIZE};
    return true;
}
