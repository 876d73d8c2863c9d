/* SPDX-License-Identifier: MIT
 * The least that carries sealed frames between two processes: a TCP connection over loopback, frames of
 * u16 length ‖ ChaCha20-Poly1305, blocking. */
#pragma once
#include "core/base/bytes.h"
#include "core/crypto.h"
#include <stdbool.h>
#include <sys/types.h>

#define YARD_FRAME_MAX (65535u - AEAD_TAG_SIZE) /* bytes in a frame */

struct yard_link {
    int fd;
    struct secret_key key[2]; /* to send, to receive */
    uint64_t frames[2];
    struct buffer in, opened, out;
    size_t at; /* of the next frame in `in` */
};

/* Forks; both sides get their end.  0 in the child, which leaves with _exit(). */
pid_t yard_link_fork(struct yard_link *link);
/* Both ends in this process. */
void yard_link_pair(struct yard_link *one, struct yard_link *other);
void yard_link_done(struct yard_link *link);

void yard_link_queue(struct yard_link *link, struct bytes plain); /* seals into `out` */
void yard_link_flush(struct yard_link *link);                     /* writes `out` */
/* Reads once; false at the end of the stream. */
bool yard_link_fill(struct yard_link *link);
/* Opens the next whole frame of what was read; false: there is none yet.  Valid until the next call. */
bool yard_link_next(struct yard_link *link, struct bytes *ret);
void yard_link_shutdown(struct yard_link *link); /* nothing more will be sent */
