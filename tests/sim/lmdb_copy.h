/* SPDX-License-Identifier: MIT
 * The directories in which lmdb_store.c keeps homes, and how they are copied.  What goes wrong ends the program. */
#pragma once

/* A new directory of nobody else's; free() its path after lmdb_home_remove(). */
char *lmdb_home_make(void);
void lmdb_home_remove(const char *path);

/* Database and lineage file as they are on the disk now.  The lineage file of the copy names the copy's database, if
 * the original's names the original's: nothing tells, as in a virtual machine that goes back to a snapshot. */
void lmdb_home_copy(const char *from, const char *to);
/* The lineage file names another database from now on. */
void lmdb_home_mark_copied(const char *path);
