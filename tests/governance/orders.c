/* SPDX-License-Identifier: MIT */
#include "orders.h"

#include "naive.h"
#include <stdio.h>
#include <stdlib.h>

#define ORDERS 3

unsigned long long orders_seed, orders_seen[RULE_COUNT];

/* Both histories, as far as they were told, and the core that was. */
struct telling {
    const struct history *h[2];
    struct told told[2];
    bool done[2][ITEMS_MAX];
    struct governance *g[2];
};

/* What there is, for who has to find out why they differ. */
static void print_item(int number, const struct item *item)
{
    printf("%3d log %02x device %02x/%llu sub %u seq %llu id %02x after %02x: type %llu about %02x/%llu names %02x",
           number, item->log.bytes[0], item->author.device.bytes[0], (unsigned long long)item->author.instance,
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

static void differ(const struct naive *n, const char *what, const struct fact *fact)
{
    for (int i = 0; n->workspace && i < n->workspace->count; i++)
        print_item(i, n->workspace->facts[i].item);
    for (int i = 0; i < n->count; i++)
        print_item(i, n->facts[i].item);
    printf("seed %llu: %s, item %d\n", orders_seed, what, fact ? fact->number : -1);
    exit(EXIT_FAILURE);
}

/* ---------------------------------------------------------------- comparing */

static void compare_verdicts(const struct governance *g, const struct naive *n)
{
    bool needs_newer = false;
    for (const struct fact *fact = n->facts; fact < n->facts + n->count; fact++) {
        enum governance_rule rule;
        if (governance_verdict(g, &fact->item->id, &rule) != OK)
            differ(n, "not noted", fact);
        orders_seen[rule]++;
        if ((rule == RULE_COUNTS) != fact->counts)
            differ(n, governance_sentence(rule), fact);
        needs_newer |= naive_needs_newer(n, fact);
    }
    if (governance_needs_newer(g) != needs_newer)
        differ(n, "one of them needs a newer version", NULL);
}

static void compare_member(const struct governance_member *member, const struct naive *n, const struct who *who)
{
    static const struct item nothing;
    const struct fact *from = source(who);
    const struct item *item = from ? from->item : &nothing;
    if (member->role != (who->open ? ROLE_ADMIN : naive_role(n, who)))
        differ(n, "another role", from);
    if (member->linked != (who->link != NULL))
        differ(n, "linked otherwise", from);
    if (memcmp(&member->person, &item->person, sizeof item->person) != 0)
        differ(n, "another person", from);
    if (member->has_box != (from != NULL) || (from && memcmp(&member->box, &item->box, sizeof item->box) != 0))
        differ(n, "another box key", from);
}

static bool is_removed(const struct naive *n, const struct who *who)
{
    return ANY(r, r->removes && r->about == who);
}

static void compare_members(const struct governance *g, const struct naive *n)
{
    size_t count, left;
    const struct governance_member *members = governance_members(g, &count);
    left = count;
    for (const struct who *who = n->who; who < n->who + n->who_count; who++) {
        struct governance_standing standing;
        bool found = false;
        for (size_t i = 0; i < count && who->current; i++)
            if (memcmp(&members[i].device, &who->device, 32) == 0 && members[i].instance == who->number) {
                compare_member(&members[i], n, who);
                found = true;
                left--;
            }
        if (who->current != found)
            differ(n, "a member is missing", who->add);
        if (governance_standing(g, &who->device, who->number, &standing) &&
            (standing.current != who->current || standing.removed != is_removed(n, who)))
            differ(n, "another standing", who->add);
    }
    if (left)
        differ(n, "a member too many", NULL);
}

static void compare_epochs(const struct governance *g, const struct naive *n)
{
    struct governance_epoch epoch, before = {0};
    size_t usable = 0;
    for (const struct fact *fact = n->facts; fact < n->facts + n->count; fact++)
        usable += naive_usable(n, fact);
    for (size_t nth = 0; governance_epoch(g, nth, &epoch); nth++) {
        bool found = false;
        for (const struct fact *fact = n->facts; fact < n->facts + n->count; fact++)
            found |= memcmp(&fact->item->id, &epoch.entry, 32) == 0 && naive_usable(n, fact);
        int order = memcmp(&epoch.id, &before.id, sizeof epoch.id);
        if (!found || usable-- == 0)
            differ(n, "an epoch that cannot be used", NULL);
        if (nth && (epoch.height > before.height || (epoch.height == before.height && order > 0)))
            differ(n, "epochs out of order", NULL);
        before = epoch;
    }
    if (usable)
        differ(n, "an epoch is missing", NULL);
}

/* Of those of whom some REMOVE speaks; the others have no cut. */
static void compare_content(const struct governance *g, const struct naive *n)
{
    for (const struct who *who = n->who; who < n->who + n->who_count; who++) {
        const bool spoken_of = ANY(r, IS(r, REMOVE) && r->about == who);
        for (const struct fact *at = n->facts; spoken_of && at < n->facts + n->count; at++)
            if (governance_covers_content(g, &who->device, who->number, &at->item->log, at->seq, NULL, NULL) !=
                naive_covers_content(n, who, at))
                differ(n, "content is cut elsewhere", at);
    }
}

static void compare(const struct governance *g, const struct naive *n)
{
    const struct policy policy = governance_policy(g);
    compare_verdicts(g, n);
    compare_members(g, n);
    compare_epochs(g, n);
    compare_content(g, n);
    if (n->end && !naive_policy(n, policy.share_history, policy.keep_days))
        differ(n, "another policy", NULL);
}

/* ---------------------------------------------------------------- telling */

static void settle(struct telling *telling)
{
    governance_settle(telling->g[0]);
    governance_settle(telling->g[1]);
}

static void evaluate(struct naive naive[2], const struct told told[2])
{
    naive_evaluate(&naive[0], &told[0], NULL);
    naive_evaluate(&naive[1], &told[1], &naive[0]);
}

static void check(struct telling *telling, const struct naive naive[2])
{
    settle(telling);
    compare(telling->g[0], &naive[0]);
    compare(telling->g[1], &naive[1]);
}

/* Of an item and those before it in its log, the first that was not told. */
static int first_untold(const struct telling *telling, int which, int item)
{
    const struct item *items = telling->h[which]->items;
    for (int i = telling->h[which]->count - 1; i >= 0 && items[item].seq > 1; i--)
        if (!telling->done[which][i] && memcmp(&items[i].id, &items[item].previous, sizeof items[i].id) == 0)
            return first_untold(telling, which, i);
    return item;
}

/* The `nth` of those that were not told, the workspace's first. */
static void tell_nth(struct telling *telling, int nth)
{
    int which = 0, item = -1;
    while (nth >= 0) {
        if (++item == telling->h[which]->count) {
            which++;
            item = -1;
        } else if (!telling->done[which][item]) {
            nth--;
        }
    }
    item = first_untold(telling, which, item);
    telling->done[which][item] = true;
    telling->told[which].items[telling->told[which].count++] = &telling->h[which]->items[item];
    if (tell(telling->g[which], &telling->h[which]->items[item]) != OK)
        abort();
}

static void begin(struct telling *telling, const struct tale *tale, struct dice *dice)
{
    memset(telling->done, 0, sizeof telling->done);
    for (int i = 0; i < 2; i++) {
        telling->h[i] = i ? &tale->group : &tale->workspace;
        struct governance_scope scope = telling->h[i]->scope;
        scope.salt = dice_draw(dice);
        telling->told[i].scope = &telling->h[i]->scope;
        telling->told[i].count = 0;
        telling->g[i] = governance_new(&scope, i ? telling->g[0] : NULL);
    }
}

/* Settles now and then; compares half-way and at the end, when there is what `whole` says. */
static void tell_in_some_order(const struct tale *tale, struct dice *dice, bool sorted, const struct naive whole[2])
{
    static struct telling telling;
    static struct naive half[2];
    const uint32_t pause = 1 + dice_below(dice, 8);
    begin(&telling, tale, dice);
    for (int left = tale->workspace.count + tale->group.count, middle = left / 2; left-- > 0;) {
        tell_nth(&telling, sorted ? 0 : (int)dice_below(dice, (uint32_t)left + 1));
        if (left == middle) {
            evaluate(half, telling.told);
            check(&telling, half);
        } else if (dice_below(dice, pause) == 0) {
            settle(&telling);
        }
    }
    check(&telling, whole);
    governance_free(telling.g[1]);
    governance_free(telling.g[0]);
}

void orders_compare(struct tale *tale)
{
    static struct told told[2];
    static struct naive whole[2];
    for (int which = 0; which < 2; which++) {
        const struct history *h = which ? &tale->group : &tale->workspace;
        told[which].scope = &h->scope;
        for (told[which].count = 0; told[which].count < h->count; told[which].count++)
            told[which].items[told[which].count] = &h->items[told[which].count];
    }
    evaluate(whole, told);
    for (int order = 0; order < ORDERS; order++)
        tell_in_some_order(tale, &tale->dice, order == 0, whole);
}
