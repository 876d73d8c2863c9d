/* SPDX-License-Identifier: MIT
 * The lineage file of a home in memory: by the rules of store/lineage.h, with a flag for "another place". */
#pragma once
#include "medium.h"

struct memory_store;

struct memory_own {
    uint32_t log;
    uint64_t seq; /* 0: none yet */
    struct hash id;
};

struct memory_lineage {
    struct memory_own file; /* what is written; seq 0 also when there is no file */
    bool is_of_here;        /* and for which place */
    /* the process's own */
    struct memory_own told; /* what the file need not be told again */
    bool stale;             /* it is to be written even so */
    bool restored;
};

void memory_lineage_open(struct memory_store *store);
void memory_lineage_write(struct memory_store *store);
