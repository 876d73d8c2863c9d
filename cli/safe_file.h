/* SPDX-License-Identifier: MIT
 * A file that appears whole or not at all: written as PATH.partial, then flushed to disk and renamed. */
#pragma once
#include <stdbool.h>
#include <stdio.h>

struct safe_file {
    FILE *stream;
    char *path; /* NULL: standard output, nothing to rename */
    char *partial;
};

/* "-" is the standard output.  False: errno tells; EEXIST: PATH.partial is there. */
bool safe_file_open(struct safe_file *file, const char *path);
/* Makes it appear.  False: errno tells, and nothing appeared.  Ends the file in any case. */
bool safe_file_commit(struct safe_file *file);
/* Leaves nothing behind.  A zeroed or committed file is fine. */
void safe_file_abandon(struct safe_file *file);
