/* SPDX-License-Identifier: MIT
 * Who reads one old state of the database for long: no page that it shows is used again, so the file grows with every
 * commit.  The node itself reads for a few ms at a time; another program on the file (a copy that hangs) may not. */
#pragma once
#include "db.h"

struct pin {
    bool held;
    uint64_t state;    /* which is being read, */
    uint64_t since_ns; /* since it was seen first */
};

/* How long, in ms, the oldest snapshot has been seen; 0: there is none, or it shows the newest state. */
uint64_t pin_look(struct pin *pin, struct db *db, uint64_t now_ns, uint64_t *ret_process);
