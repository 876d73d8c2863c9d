/* SPDX-License-Identifier: MIT */
#include "terminal.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { ENDING = sizeof ending / sizeof *ending };

static volatile sig_atomic_t ended_by;

static void on_signal(int number)
{
    ended_by = number;
}

static bool say(int terminal, const char *text)
{
    size_t size = strlen(text);
    return write(terminal, text, size) == (ssize_t)size;
}

/* Byte by byte: what is typed ahead belongs to the next question. */
static bool read_line(int terminal, char *ret, size_t size)
{
    size_t have = 0;
    char byte;

    while (!ended_by) {
        ssize_t got = read(terminal, &byte, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        if (byte == '\n' || byte == '\r')
            break;
        if (have < size - 1)
            ret[have++] = byte;
    }
    ret[have] = '\0';
    return !ended_by;
}

/* Asks only when nothing is shown any more: what is typed before is dropped. */
static bool read_hidden(int terminal, const char *question, char *ret, size_t size)
{
    struct sigaction catching = {.sa_handler = on_signal}, before[ENDING];
    struct termios saved;

    if (tcgetattr(terminal, &saved) != 0)
        return false;
    struct termios hidden = saved;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    ended_by = 0;
    for (size_t i = 0; i < ENDING; i++)
        sigaction(ending[i], &catching, &before[i]);
    tcsetattr(terminal, TCSAFLUSH, &hidden);
    bool read = say(terminal, question) && read_line(terminal, ret, size);
    tcsetattr(terminal, TCSAFLUSH, &saved);
    for (size_t i = 0; i < ENDING; i++)
        sigaction(ending[i], &before[i], NULL);
    say(terminal, "\n");
    if (ended_by)
        raise(ended_by);
    return read;
}

bool terminal_ask_hidden(const char *question, char *ret, size_t size)
{
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

    if (terminal < 0)
        return false;
    bool answered = read_hidden(terminal, question, ret, size);
    close(terminal);
    return answered;
}
