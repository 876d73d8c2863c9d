/* SPDX-License-Identifier: MIT */
#include "orders.h"

#include "naive.h"
#include <stdio.h>
#include <stdlib.h>

unsigned long long orders_seed, orders_seen[RULE_COUNT];
static struct naive naive[2];

/* What there is, for who has to find out why they differ. */
static void print_history(const struct history *h)
{
    for (int i = 0; i < h->count; i++) {
        const struct item *item = &h->items[i];
        printf("%3d log %02x device %02x/%llu sub %u seq %llu id %02x after %02x: type %llu about %02x/%llu names %02x",
               i, item->log.bytes[0], item->author.device.bytes[0], (unsigned long long)item->author.instance,
               item->author.sub.bytes[0], (unsigned long long)item->seq, item->id.bytes[0], item->previous.bytes[0],
               (unsigned long long)item->type, item->device.bytes[0], (unsigned long long)item->instance,
               item->named.bytes[0]);
        printf("%s%s", item->malformed ? ", malformed" : "", item->consented ? "" : ", no consent");
        for (int c = 0; c < item->cut_count; c++)
            printf(", cut %02x %llu %02x", item->cuts[c].log.bytes[0], (unsigned long long)item->cuts[c].seq,
                   item->cuts[c].id.bytes[0]);
        for (int c = 0; c < item->cite_count; c++)
            printf(", cites %02x", item->cites[c].bytes[0]);
        for (int d = 0; d < item->dep_count; d++)
            printf(", dep %02x %llu", item->deps[d].log.bytes[0], (unsigned long long)item->deps[d].seq);
        printf("\n");
    }
}

static void differ(const struct naive *n, const char *what, int item)
{
    print_history(n->workspace ? n->workspace->h : n->h);
    if (n->workspace)
        print_history(n->h);
    printf("seed %llu: %s, item %d\n", orders_seed, what, item);
    exit(EXIT_FAILURE);
}

/* ---------------------------------------------------------------- comparing */

static void compare_verdicts(const struct governance *g, const struct naive *n)
{
    for (int i = 0; i < n->h->count; i++) {
        enum governance_rule rule;
        if (governance_verdict(g, &n->h->items[i].id, &rule) != OK)
            differ(n, "not noted", i);
        orders_seen[rule]++;
        if ((rule == RULE_COUNTS) != n->counts[i])
            differ(n, governance_sentence(rule), i);
    }
}

static void compare_member(const struct governance_member *member, const struct naive *n, const struct who *who)
{
    static const struct person_id nobody;
    const struct person_id *person = naive_person(n, who);
    const struct dh_public *box = naive_box(n, who);
    enum role role = who->open_grant ? ROLE_ADMIN : who->role;
    if (member->role != role)
        differ(n, "another role", who->add);
    if (member->linked != (who->add < 0 && who->link >= 0))
        differ(n, "linked otherwise", who->link);
    if (memcmp(&member->person, person ? person : &nobody, sizeof *person) != 0)
        differ(n, "another person", -1);
    if (member->has_box != (box != NULL) || (box && memcmp(&member->box, box, sizeof *box) != 0))
        differ(n, "another box key", -1);
}

static void compare_members(const struct governance *g, const struct naive *n)
{
    size_t count, left;
    const struct governance_member *members = governance_members(g, &count);
    left = count;
    for (int w = 0; w < n->who_count; w++) {
        const struct who *who = &n->who[w];
        struct governance_standing standing;
        bool found = false;
        for (size_t i = 0; i < count && who->current; i++)
            if (memcmp(&members[i].device, &who->device, 32) == 0 && members[i].instance == who->instance) {
                compare_member(&members[i], n, who);
                found = true;
                left--;
            }
        if (who->current != found)
            differ(n, "a member is missing", w);
        if (governance_standing(g, &who->device, who->instance, &standing) &&
            (standing.current != who->current || standing.removed != who->removed))
            differ(n, "another standing", w);
    }
    if (left)
        differ(n, "a member too many", -1);
}

static void compare_epochs(const struct governance *g, const struct naive *n)
{
    struct governance_epoch epoch, before = {0};
    size_t usable = 0;
    for (int i = 0; i < n->h->count; i++)
        usable += n->h->items[i].type == ENTRY_EPOCH && n->counts[i] && naive_usable(n, i);
    for (size_t nth = 0; governance_epoch(g, nth, &epoch); nth++) {
        bool found = false;
        for (int i = 0; i < n->h->count; i++)
            found |= memcmp(&n->h->items[i].id, &epoch.entry, 32) == 0 && naive_usable(n, i);
        int order = memcmp(&epoch.id, &before.id, sizeof epoch.id);
        if (!found || usable-- == 0)
            differ(n, "an epoch that cannot be used", (int)nth);
        if (nth && (epoch.height > before.height || (epoch.height == before.height && order > 0)))
            differ(n, "epochs out of order", (int)nth);
        before = epoch;
    }
    if (usable)
        differ(n, "an epoch is missing", -1);
}

static void compare_content(const struct governance *g, struct naive *n)
{
    for (int w = 0; w < n->who_count; w++)
        for (int i = 0; i < n->h->count; i++) {
            const struct who *who = &n->who[w];
            const struct item *item = &n->h->items[i];
            if (governance_covers_content(g, &who->device, who->instance, &item->log, item->seq, NULL, NULL) !=
                naive_covers_content(n, who, &item->log, item->seq))
                differ(n, "content is cut elsewhere", i);
        }
}

static void compare(const struct governance *g, struct naive *n)
{
    struct policy policy = governance_policy(g);
    compare_verdicts(g, n);
    compare_members(g, n);
    compare_epochs(g, n);
    compare_content(g, n);
    if (policy.share_history != n->policy.share_history || policy.keep_days != n->policy.keep_days)
        differ(n, "another policy", -1);
    if (governance_needs_newer(g) != n->needs_newer)
        differ(n, "one of them needs a newer version", -1);
}

/* ---------------------------------------------------------------- telling */

/* Both histories in one order, as far as the entry before each was told. */
struct telling {
    const struct history *h[2];
    struct history told[2];
    struct governance *g[2];
};

static void begin(struct telling *telling, const struct tale *tale, struct random *random)
{
    for (int i = 0; i < 2; i++) {
        telling->h[i] = i ? &tale->group : &tale->workspace;
        struct governance_scope scope = telling->h[i]->scope;
        scope.salt = random_below(random, UINT32_MAX);
        telling->told[i].scope = telling->h[i]->scope;
        telling->told[i].count = 0;
        telling->g[i] = governance_new(&scope, i ? telling->g[0] : NULL);
    }
}

static void settle(struct telling *telling)
{
    governance_settle(telling->g[0]);
    governance_settle(telling->g[1]);
}

static void check(struct telling *telling)
{
    settle(telling);
    naive_evaluate(&naive[0], &telling->told[0], NULL);
    naive_evaluate(&naive[1], &telling->told[1], &naive[0]);
    compare(telling->g[0], &naive[0]);
    compare(telling->g[1], &naive[1]);
}

void orders_tell(const struct tale *tale, struct random *random, bool sorted)
{
    static struct telling telling;
    static bool done[2][ITEMS_MAX];
    int left = tale->workspace.count + tale->group.count, half = left / 2;
    const uint64_t pause = 1 + random_below(random, 8);
    memset(done, 0, sizeof done);
    begin(&telling, tale, random);
    for (int at[2] = {0, 0}; left > 0;) {
        const int which = (int)random_below(random, 2), count = telling.h[which]->count;
        int i = sorted ? at[which]++ : (int)random_below(random, (uint64_t)count + !count);
        if (i >= count || done[which][i] || tell(telling.g[which], &telling.h[which]->items[i]) != OK)
            continue;
        done[which][i] = true;
        telling.told[which].items[telling.told[which].count++] = telling.h[which]->items[i];
        if (--left == half)
            check(&telling);
        else if (random_below(random, pause) == 0)
            settle(&telling);
    }
    check(&telling);
    governance_free(telling.g[1]);
    governance_free(telling.g[0]);
}
