/* SPDX-License-Identifier: MIT */
#include "process.h"
#include "measure.h"
#include "scratch.h"
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN_MAX 64
#define LINE_PATIENCE_MS 180000

static pid_t children[CHILDREN_MAX];
static size_t child_count;

static void end_children(void)
{
    for (size_t i = 0; i < child_count; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
}

static void forget(pid_t child)
{
    for (size_t i = 0; i < child_count; i++)
        if (children[i] == child)
            children[i] = children[--child_count];
}

pid_t process_fork(void)
{
    static bool prepared;

    scratch_path(""); /* its clean-up is registered first, so that it runs after this one */
    if (!prepared)
        atexit(end_children);
    prepared = true;
    if (child_count == CHILDREN_MAX)
        die("too many processes at once");
    fflush(stdout);
    pid_t parent = getpid(), child = fork();
    if (child < 0)
        die("no process can be started");
    if (child > 0) {
        children[child_count++] = child;
        return child;
    }
    child_count = 0;
    scratch_forget();
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when we are killed */
    if (getppid() != parent)
        _exit(1); /* that was before */
    return 0;
}

void process_join(pid_t child)
{
    int status;

    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        die("process %ld failed", (long)child);
    forget(child);
}

void process_start(const char *const arguments[], struct process *ret)
{
    int ends[2];

    if (pipe(ends) != 0)
        die("no pipe");
    pid_t child = process_fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(arguments[0], (char *const *)arguments); /* which does not change them */
        perror(arguments[0]);
        _exit(127);
    }
    close(ends[1]);
    *ret = (struct process){.pid = child, .out = ends[0]};
}

void process_line(const struct process *process, char *ret, size_t size)
{
    size_t length = 0;

    for (;;) {
        struct pollfd ready = {.fd = process->out, .events = POLLIN};
        char byte;
        if (poll(&ready, 1, LINE_PATIENCE_MS) <= 0 || read(process->out, &byte, 1) != 1)
            die("process %ld says nothing", (long)process->pid);
        if (byte == '\n')
            break;
        if (length + 1 < size)
            ret[length++] = byte;
    }
    ret[length] = '\0';
}

void process_stop(struct process *process)
{
    if (!process->pid)
        return;
    kill(process->pid, SIGTERM);
    process_wait(process);
}

void process_wait(struct process *process)
{
    process_join(process->pid);
    close(process->out);
    *process = (struct process){0};
}

double process_anonymous_mib(pid_t pid)
{
    char name[64], line[256];
    long kib = 0;

    snprintf(name, sizeof name, "/proc/%ld/status", (long)pid);
    FILE *file = fopen(name, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "RssAnon: %ld", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return (double)kib / 1024;
}
