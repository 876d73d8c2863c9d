/* SPDX-License-Identifier: MIT
 * Yardsticks: what this machine can do at most, measured in the same run with the least code that does the same kind
 * of work.  Each is one file. */
#pragma once
#include "measure.h"
#include <stdbool.h>

/* yard_round_trip.c: a sealed frame of `size` bytes there and back over loopback between two libuv loops, no disk.
 * Adds seconds, one for each of `count` round trips. */
void yard_round_trips(size_t count, size_t size, struct samples *ret);

/* yard_commit.c: one synced LMDB commit of a record of `size` bytes.  Adds seconds. */
void yard_commits(size_t count, size_t size, struct samples *ret);

/* yard_pipeline.c: messages a second from an author to one receiver.  The author signs each and commits what goes out
 * together, the receiver verifies each, commits what came in one read, and acknowledges; at most `window` are on
 * their way. */
double yard_pipeline(size_t count, size_t size, size_t window);

/* So many of them side by side, each with all of `count`: messages a second of one, until the last is done. */
double yard_pipelines(size_t pipelines, size_t count, size_t size, size_t window);

/* yard_office.c: as many processes as there are desks, each linked to each, send so many messages in all, one after
 * another in turn.  An author signs, commits on a thread of its own and sends; a receiver verifies, commits likewise
 * and acknowledges.  Adds seconds from writing a message until it is verified, one for each other desk. */
struct yard_office {
    size_t desks, messages, size; /* bytes of a message */
    uint64_t pause_ns;            /* between one message and the next, whoever writes it */
    bool slow_ram;                /* on the RAM disk, each commit of which takes 5 ms more */
};
void yard_office(const struct yard_office *office, struct samples *ret);

/* yard_verify.c: signatures a second, each of a message of `size` bytes, checked by so many processes at once. */
double yard_verify(size_t count, size_t size, size_t processes);

/* yard_bulk.c: entries a second of a bulk transfer: the sender scans its LMDB and packs sealed frames; the receiver
 * opens them, checks the chain of each of `logs` logs (one hash an entry, one signature in 256), and appends to its
 * LMDB in large commits.  No index, no further rule.  `sizes`: of the entries. */
double yard_bulk(const size_t *sizes, size_t count, size_t logs);
