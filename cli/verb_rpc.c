/* SPDX-License-Identifier: MIT
 * zuruf rpc: the node's socket on standard input and output, for programs that cannot open one. */
#include "call.h"
#include "options.h"
#include "refusal.h"
#include "translate.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

const char verb_rpc_help[] =
    N_("Examples:\n"
       "  echo '{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"node.info\"}' | zuruf rpc\n"
       "  ssh office-pc zuruf rpc\n"
       "\n"
       "Passes JSON-RPC 2.0, one object a line, between standard input and output and the node. After the\n"
       "end of the input it goes on until every request is answered.\n");

#define CHUNK 65536

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EAGAIN) {
            struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
            poll(&poll_fd, 1, -1);
        } else if (written < 0 && errno != EINTR) {
            return false;
        } else if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return true;
}

/* Moves what is there from one to the other; false: the end, of either. */
static bool pass(int from, int to)
{
    char chunk[CHUNK];
    ssize_t size = read(from, chunk, sizeof chunk);

    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    return size > 0 && write_all(to, chunk, (size_t)size);
}

static void bridge(int node)
{
    bool input_ended = false;

    for (;;) {
        struct pollfd fds[2] = {{.fd = node, .events = POLLIN},
                                {.fd = input_ended ? -1 : STDIN_FILENO, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return;
        if (fds[0].revents && !pass(node, STDOUT_FILENO))
            return;
        if (fds[1].revents && !pass(STDIN_FILENO, node)) {
            input_ended = true;
            shutdown(node, SHUT_WR);
        }
    }
}

enum exit_code verb_rpc(struct context *context, int argc, char **argv)
{
    struct client *client;
    enum exit_code exit;

    if (!options_only_common(context, argc, argv, &exit))
        return exit;
    if (optind != argc)
        return options_misused(context, _("what is \"%s\"?"), argv[optind]);
    exit = call_open(context, &client);
    if (exit)
        return exit;
    signal(SIGPIPE, SIG_IGN);
    bridge(client_fd(client));
    client_free(client);
    return EXIT_DONE;
}
