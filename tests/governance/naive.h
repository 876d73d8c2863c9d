/* SPDX-License-Identifier: MIT
 * The rules of PROTOCOL.md, "Governance", as they stand there: slow, and written without a look at the core's. */
#pragma once
#include "history.h"

#define WHO_MAX 128

enum removing { NO_REMOVAL, ROOT_REMOVES, CITES_WORKSPACE, REMOVES_ITSELF, REMOVES_LINKED, ADMIN_REMOVES };

struct who { /* an instance of a device that somebody speaks of, or that wrote */
    struct sign_public device;
    uint64_t instance;
    int add, link; /* items that hold; -1 */
    int level, tree;
    enum role role; /* by them */
    unsigned numbers;
    bool granted, open_grant, removed, current, root_key, held_keys;
    const struct who *direct; /* of a direct chat: as what it stands in the workspace */
};

struct naive {
    const struct history *h;
    const struct naive *workspace;
    bool past[ITEMS_MAX][ITEMS_MAX]; /* [a][b]: a comes before b */
    int rank[ITEMS_MAX];
    bool counts[ITEMS_MAX];
    enum removing removing[ITEMS_MAX];
    int founding, closing;                     /* closing: the HANDOVER of the workspace's root; -1 */
    struct sign_public roots[ITEMS_MAX], heir; /* key of each generation */
    int root_end[ITEMS_MAX], root_count;       /* the HANDOVER that ended it; -1 */
    bool has_heir;
    struct who who[WHO_MAX];
    int who_count;
    struct policy policy;
    bool needs_newer;
};

void naive_evaluate(struct naive *n, const struct history *history, const struct naive *workspace);
bool naive_covers_content(struct naive *n, const struct who *who, const struct hash *log, uint64_t seq);
bool naive_usable(const struct naive *n, int epoch); /* an EPOCH to seal with */
const struct person_id *naive_person(const struct naive *n, const struct who *who);
const struct dh_public *naive_box(const struct naive *n, const struct who *who);
