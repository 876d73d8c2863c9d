/* SPDX-License-Identifier: MIT
 * What evaluating costs: a workspace of some hundred people over years, told at once, then entry by entry.
 *
 *     governance_cost [ENTRIES]      (10000)
 *
 * Prints the milliseconds of each; figures of a machine that does other things beside are worth nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "history.h"

#include "core/base/random.h"

struct written {
    struct item *items;
    int count;
    struct sign_public *people; /* devices of members, by number */
    int member_count;
    struct hash *heads; /* by member: the newest entry */
    uint64_t *seqs;
    struct buffer genesis;
    struct governance_scope scope;
    uint64_t height;
    struct random random;
};

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void name_device(struct item *item, uint64_t number)
{
    put_u64(item->device.bytes, number + 1);
    put_u64(item->box.bytes, number + 1);
    put_u64(item->person.bytes, number + 1);
    item->instance = 1;
}

/* The next entry of a member's log, which cites the newest three of others. */
static void append(struct written *w, int author, struct item item)
{
    item.author = (struct log_name){.group = w->scope.id, .device = w->people[author], .instance = 1, .sub = {{1}}};
    log_name_id(&item.author, &item.log);
    item.seq = ++w->seqs[author];
    item.previous = w->heads[author];
    item.consented = true;
    random_bytes(&w->random, &item.id, sizeof item.id);
    for (int i = w->count - 1; i >= 0 && i > w->count - 4; i--)
        if (memcmp(&w->items[i].log, &item.log, 32) != 0) {
            struct dep *dep = &item.deps[item.dep_count++];
            *dep = (struct dep){.log = w->items[i].log, .seq = w->items[i].seq};
            memcpy(dep->id, &w->items[i].id, 8);
        }
    w->heads[author] = item.id;
    w->items[w->count++] = item;
}

static struct item about(uint64_t type, uint64_t number)
{
    struct item item = {.type = type, .role = ROLE_MEMBER};
    name_device(&item, number);
    return item;
}

static struct item some_key(struct written *w, uint64_t type)
{
    struct item item = {.type = type};
    random_bytes(&w->random, &item.epoch, sizeof item.epoch);
    item.height = type == ENTRY_EPOCH ? ++w->height : w->height;
    for (int i = 0; i < NAMES_ITEM; i++)
        put_u64(item.holders[item.holder_count++].bytes, 1 + random_below(&w->random, (uint64_t)w->member_count));
    return item;
}

static void found(struct written *w)
{
    struct item item = about(ENTRY_GENESIS, 0);
    struct genesis genesis = {.founder = {item.device, item.person, 1, ROLE_ADMIN, item.box, {{0}}}};
    w->scope = (struct governance_scope){.kind = GOVERN_WORKSPACE, .root = {{9}}, .salt = 1};
    genesis_encode(&genesis, &w->genesis);
    genesis_group_id(&w->scope.root, buffer_bytes(&w->genesis), &w->scope.id);
    item.genesis = buffer_bytes(&w->genesis);
    item.consented = true;
    item.seq = 1;
    item.author = (struct log_name){.group = w->scope.id, .device = w->scope.root};
    log_name_id(&item.author, &item.log);
    random_bytes(&w->random, &item.id, sizeof item.id);
    w->people[0] = item.device;
    w->member_count = 1;
    w->items[w->count++] = item;
}

/* An ADD with its KEYSHARE now and then, a REMOVE with its EPOCH more rarely, the rest is rotation and repair. */
static void write_history(struct written *w, int entries)
{
    found(w);
    append(w, 0, some_key(w, ENTRY_EPOCH));
    while (w->count < entries) {
        uint64_t dice = random_below(&w->random, 100);
        int somebody = (int)random_below(&w->random, (uint64_t)w->member_count);
        if (dice < 10 || w->member_count < 20) {
            struct item item = about(ENTRY_ADD, (uint64_t)w->member_count);
            w->people[w->member_count++] = item.device;
            append(w, 0, item);
        } else if (dice < 12) {
            struct item item = about(ENTRY_REMOVE, 1 + random_below(&w->random, (uint64_t)w->member_count - 1));
            append(w, 0, item);
            append(w, 0, some_key(w, ENTRY_EPOCH));
        } else {
            append(w, somebody, some_key(w, dice < 30 ? ENTRY_EPOCH : ENTRY_KEYSHARE));
        }
    }
}

static void live(struct written *w, struct governance *g, const char *what, int author, struct item item)
{
    append(w, author, item);
    double begin = now_ms();
    if (tell(g, &w->items[w->count - 1]) != OK)
        exit(EXIT_FAILURE);
    governance_settle(g);
    printf("%-40s %8.3f ms\n", what, now_ms() - begin);
}

int main(int argc, char **argv)
{
    int entries = argc > 1 ? atoi(argv[1]) : 10000;
    struct written w = {.items = calloc((size_t)entries + 20, sizeof *w.items)};
    if (entries < 100 || crypto_init())
        return EXIT_FAILURE;
    w.people = calloc((size_t)entries, sizeof *w.people);
    w.heads = calloc((size_t)entries, sizeof *w.heads);
    w.seqs = calloc((size_t)entries, sizeof *w.seqs);
    write_history(&w, entries);
    struct governance *g = governance_new(&w.scope, NULL);
    double begin = now_ms();
    for (int i = 0; i < w.count; i++)
        if (tell(g, &w.items[i]) != OK)
            return EXIT_FAILURE;
    double noted = now_ms();
    governance_settle(g);
    size_t members;
    governance_members(g, &members);
    printf("%d entries, %zu members now\n%-40s %8.3f ms\n", w.count, members, "noting them, encoded on the way",
           noted - begin);
    printf("%-40s %8.3f ms\n", "evaluating them", now_ms() - noted);
    live(&w, g, "then an EPOCH", 1, some_key(&w, ENTRY_EPOCH));
    live(&w, g, "a KEYSHARE", 2, some_key(&w, ENTRY_KEYSHARE));
    live(&w, g, "an ADD", 0, about(ENTRY_ADD, (uint64_t)w.member_count));
    live(&w, g, "a REMOVE", 0, about(ENTRY_REMOVE, 3));
    live(&w, g, "the EPOCH behind it", 0, some_key(&w, ENTRY_EPOCH));
    struct governance_epoch best;
    begin = now_ms();
    bool found_one = governance_epoch(g, 0, &best);
    printf("%-40s %8.3f ms\n", found_one ? "which key to seal with" : "no key to seal with", now_ms() - begin);
    governance_free(g);
    buffer_done(&w.genesis);
    free(w.items);
    free(w.people);
    free(w.heads);
    free(w.seqs);
    return EXIT_SUCCESS;
}
