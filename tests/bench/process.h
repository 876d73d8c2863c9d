/* SPDX-License-Identifier: MIT
 * Child processes.  Each is known by its pid, and whatever still runs when the program ends is ended then. */
#pragma once
#include <stddef.h>
#include <sys/types.h>

struct process {
    pid_t pid; /* 0: none */
    int out;   /* what it writes to standard output */
};

/* Starts arguments[0] with these arguments (NULL at the end); standard error goes where ours goes. */
void process_start(const char *const arguments[], struct process *ret);
/* Reads one line of its output, without the line break; dies when there is none within three minutes. */
void process_line(const struct process *process, char *ret, size_t size);
/* SIGTERM, then waits for its end.  A process that is none is fine. */
void process_stop(struct process *process);
/* Waits until it ends by itself; dies unless its status is 0. */
void process_wait(struct process *process);

/* As fork(), but the child is among those ended at the end.  The child leaves with _exit(). */
pid_t process_fork(void);
void process_join(pid_t child); /* waits; dies unless its status is 0 */

double process_anonymous_mib(pid_t pid); /* RssAnon: memory of its own, without mapped files */
