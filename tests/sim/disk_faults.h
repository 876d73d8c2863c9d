/* SPDX-License-Identifier: MIT
 * A file system that fails: takes the place of the system calls through which LMDB writes, so that its own ways out are
 * taken, and not a model of them.  Without a fault they do what they always do. */
#pragma once

/* What a commit does, one after the other: data pages, a sync, and at last the page that makes it valid. */
enum disk_call { DISK_WRITE, DISK_SYNC, DISK_META };

/* From now on `calls` of these succeed; the next fails with `errno_code`, and so does everything after it. */
void disk_faults_begin(enum disk_call call, unsigned calls, int errno_code);
void disk_faults_end(void);
