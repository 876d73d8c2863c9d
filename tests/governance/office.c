/* SPDX-License-Identifier: MIT */
#include "office.h"

#include <stdlib.h>

#include "core/base/random.h"

/* ---------------------------------------------------------------- who there is */

struct sign_public device_of(enum name name)
{
    return (struct sign_public){{(uint8_t)(0x40 + name)}};
}

struct dh_public box_of(enum name name)
{
    return (struct dh_public){{(uint8_t)(0x60 + name)}};
}

struct sign_public spare_root(int number)
{
    return (struct sign_public){{(uint8_t)(0x90 + number)}};
}

static struct sign_public first_root(enum place place)
{
    return (struct sign_public){{(uint8_t)(0x80 + place)}};
}

struct pen pen(enum place place, enum name name, uint64_t instance, uint8_t sub)
{
    return (struct pen){.place = place, .device = device_of(name), .instance = instance, .sub = sub};
}

struct pen root_pen(enum place place, const struct sign_public *key, uint64_t generation)
{
    return (struct pen){.place = place, .device = *key, .instance = generation, .blind = true};
}

/* ---------------------------------------------------------------- writing */

static const struct item *successor(const struct history *h, const struct item *item)
{
    for (int i = 0; i < h->count; i++)
        if (memcmp(&h->items[i].previous, &item->id, 32) == 0)
            return &h->items[i];
    return NULL;
}

/* The newest heads of other logs. */
static void cite_heads(const struct history *h, struct item *item)
{
    for (int i = h->count - 1; i >= 0 && item->dep_count < DEPS_MAX; i--) {
        const struct item *head = &h->items[i];
        if (memcmp(&head->log, &item->log, 32) == 0 || successor(h, head))
            continue;
        struct dep *dep = &item->deps[item->dep_count++];
        *dep = (struct dep){.log = head->log, .seq = head->seq};
        memcpy(dep->id, &head->id, sizeof dep->id);
    }
}

struct hash put(struct office *office, struct pen *pen, struct item item)
{
    struct history *h = office->told[pen->place];
    item.author = (struct log_name){.group = h->scope.id, .device = pen->device, .instance = pen->instance};
    item.author.sub.bytes[0] = pen->sub;
    log_name_id(&item.author, &item.log);
    item.seq = ++pen->seq;
    item.previous = pen->head;
    put_u32(item.id.bytes, ++office->written); /* earlier ones are smaller, their first eight bytes differ */
    if (!pen->blind)
        cite_heads(h, &item);
    pen->head = item.id;
    pen->log = item.log;
    h->items[h->count++] = item;
    assert_int_equal(tell(office->in[pen->place], &item), OK);
    governance_settle(office->in[WORKSPACE]);
    if (office->in[GROUP])
        governance_settle(office->in[GROUP]);
    return item.id;
}

static void found(struct office *office, enum place place)
{
    struct history *h = office->told[place] = calloc(1, sizeof *h);
    struct item item = adds(ALICE, 1, ROLE_ADMIN);
    struct genesis genesis = {.nonce = {(uint8_t)place}, .policy = {.share_history = true}};
    genesis.founder = (struct membership){item.device, item.person, 1, ROLE_ADMIN, item.box, {{0}}};
    h->scope =
        (struct governance_scope){.kind = place == GROUP ? GOVERN_GROUP : GOVERN_WORKSPACE, .root = first_root(place)};
    genesis_encode(&genesis, &office->genesis[place]);
    genesis_group_id(&h->scope.root, buffer_bytes(&office->genesis[place]), &h->scope.id);
    office->in[place] = governance_new(&h->scope, place == GROUP ? office->in[WORKSPACE] : NULL);
    office->root[place] = root_pen(place, &h->scope.root, 0);
    item.type = ENTRY_GENESIS;
    item.policy = genesis.policy;
    item.genesis = buffer_bytes(&office->genesis[place]);
    put(office, &office->root[place], item);
}

void office_open(struct office *office, bool with_group)
{
    *office = (struct office){0};
    found(office, WORKSPACE);
    if (with_group)
        found(office, GROUP);
}

/* ---------------------------------------------------------------- what to write */

static struct person_id person_of(enum name name)
{
    return (struct person_id){{(uint8_t)(0x20 + name)}};
}

struct item plain(uint64_t type)
{
    return (struct item){.type = type, .consented = true};
}

struct item adds(enum name name, uint64_t instance, enum role role)
{
    struct item item = plain(ENTRY_ADD);
    item.device = device_of(name);
    item.instance = instance;
    item.role = role;
    item.person = person_of(name);
    item.box = box_of(name);
    return item;
}

struct item removes(enum name name, uint64_t instance)
{
    struct item item = plain(ENTRY_REMOVE);
    item.device = device_of(name);
    item.instance = instance;
    return item;
}

struct item links(enum name name, enum name linker, uint64_t number)
{
    struct item item = adds(name, 1, ROLE_MEMBER);
    item.type = ENTRY_LINK;
    item.person = person_of(linker);
    item.number = number;
    return item;
}

struct item grants_to(enum name name, uint64_t instance)
{
    struct item item = removes(name, instance);
    item.type = ENTRY_GRANT;
    return item;
}

struct item revokes_of(const struct hash *grant)
{
    struct item item = plain(ENTRY_REVOKE);
    item.named = *grant;
    return item;
}

struct item hands_over(const struct sign_public *key, const struct hash *head)
{
    struct item item = plain(ENTRY_HANDOVER);
    item.device = *key;
    if (head)
        item.named = *head;
    return item;
}

struct item continues(const struct hash *head)
{
    struct item item = plain(ENTRY_GENERATION);
    if (head)
        item.named = *head;
    return item;
}

static void give(struct item *item, int count, va_list names)
{
    for (int i = 0; i < count; i++)
        item->holders[item->holder_count++] = box_of((enum name)va_arg(names, int));
}

struct item epoch(uint64_t height, int count, ...)
{
    static uint64_t drawn;
    struct item item = plain(ENTRY_EPOCH);
    va_list names;
    put_u64(item.epoch.bytes, ++drawn);
    item.height = height;
    va_start(names, count);
    give(&item, count, names);
    va_end(names);
    return item;
}

struct item share(const struct epoch_id *of, int count, ...)
{
    struct item item = plain(ENTRY_KEYSHARE);
    va_list names;
    item.epoch = *of;
    va_start(names, count);
    give(&item, count, names);
    va_end(names);
    return item;
}

struct item citing(struct item item, struct hash id)
{
    item.cites[item.cite_count++] = id;
    return item;
}

struct item cutting(struct item item, const struct pen *pen)
{
    if (pen->seq)
        item.cuts[item.cut_count++] = (struct cut){pen->log, pen->seq, pen->head};
    return item;
}

/* ---------------------------------------------------------------- asking */

enum governance_rule verdict(const struct office *office, enum place place, struct hash id)
{
    enum governance_rule rule;
    assert_int_equal(governance_verdict(office->in[place], &id, &rule), OK);
    return rule;
}

bool is_member(const struct office *office, enum place place, enum name name)
{
    const struct sign_public device = device_of(name);
    return governance_member(office->in[place], &device) != NULL;
}

bool is_admin(const struct office *office, enum place place, enum name name)
{
    const struct sign_public device = device_of(name);
    const struct governance_member *member = governance_member(office->in[place], &device);
    return member && member->role == ROLE_ADMIN;
}

/* ---------------------------------------------------------------- in other orders */

static void tell_shuffled(const struct office *office, struct random *random, struct governance *again[PLACES])
{
    bool done[PLACES][ITEMS_MAX] = {{false}};
    int left = 0;
    for (int place = 0; place < PLACES; place++)
        left += office->told[place] ? office->told[place]->count : 0;
    while (left > 0) {
        int place = (int)random_below(random, office->in[GROUP] ? PLACES : 1);
        int i = (int)random_below(random, (uint64_t)office->told[place]->count);
        if (done[place][i] || tell(again[place], &office->told[place]->items[i]) != OK)
            continue;
        done[place][i] = true;
        left--;
        if (random_below(random, 3) == 0)
            governance_settle(again[place]);
    }
}

static void compare(const struct office *office, enum place place, const struct governance *again)
{
    size_t count, other_count;
    const struct governance_member *members = governance_members(office->in[place], &count);
    const struct governance_member *others = governance_members(again, &other_count);
    assert_int_equal(count, other_count);
    if (count)
        assert_memory_equal(members, others, count * sizeof *members);
    for (int i = 0; i < office->told[place]->count; i++) {
        enum governance_rule rule;
        const struct hash *id = &office->told[place]->items[i].id;
        assert_int_equal(governance_verdict(again, id, &rule), OK);
        CHECK_RULE(office, place, *id, rule);
    }
}

void office_close(struct office *office)
{
    struct random random = {0};
    for (int order = 0; order < 20; order++) {
        struct governance *again[PLACES] = {governance_new(&office->told[WORKSPACE]->scope, NULL), NULL};
        if (office->in[GROUP])
            again[GROUP] = governance_new(&office->told[GROUP]->scope, again[WORKSPACE]);
        tell_shuffled(office, &random, again);
        for (int place = 0; place < PLACES; place++)
            if (again[place]) {
                governance_settle(again[place]);
                compare(office, (enum place)place, again[place]);
            }
        governance_free(again[GROUP]);
        governance_free(again[WORKSPACE]);
    }
    for (int place = 0; place < PLACES; place++) {
        buffer_done(&office->genesis[place]);
        free(office->told[place]);
    }
    governance_free(office->in[GROUP]);
    governance_free(office->in[WORKSPACE]);
}
