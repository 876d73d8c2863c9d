/* SPDX-License-Identifier: MIT */
#include "node_link.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

bool node_link_init(struct node_link *link, int fd)
{
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) || type != SOCK_STREAM)
        return false;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC))
        return false;
    *link = (struct node_link){.fd = fd};
    return true;
}

void node_link_done(struct node_link *link)
{
    buffer_done(&link->in);
    buffer_done(&link->out);
    close(link->fd);
}

void node_link_queue(struct node_link *link, const struct discovery_message *message)
{
    discovery_encode(&link->out, message);
}

bool node_link_flush(struct node_link *link)
{
    while (link->out.size) {
        ssize_t count = send(link->fd, link->out.data, link->out.size, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        buffer_cut_front(&link->out, (size_t)count);
    }
    return true;
}

static bool handle_frames(struct node_link *link, bool (*handle)(void *arg, const struct discovery_message *message),
                          void *arg)
{
    for (;;) {
        struct discovery_message message;
        size_t used;
        enum error err = discovery_decode(buffer_bytes(&link->in), &message, &used);
        if (err)
            return err == ERR_NOT_FOUND;
        bool good = handle(arg, &message);
        buffer_cut_front(&link->in, used);
        if (!good)
            return false;
    }
}

bool node_link_receive(struct node_link *link, bool (*handle)(void *arg, const struct discovery_message *message),
                       void *arg)
{
    uint8_t bytes[4096];
    ssize_t count = recv(link->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count < 0)
        return errno == EINTR || errno == EAGAIN;
    if (count == 0)
        return false;
    buffer_append(&link->in, (struct bytes){bytes, (size_t)count});
    return handle_frames(link, handle, arg);
}
