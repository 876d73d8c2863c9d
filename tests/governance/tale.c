/* SPDX-License-Identifier: MIT */
#include "making.h"

#define LINKED 3 /* the last devices are not added at first */

static void found(struct making *m)
{
    struct genesis genesis = {.policy = {chance(m, 50), 30 * below(m, 2)}};
    struct item *item = &m->h->items[m->h->count];
    struct buffer *payload = &m->tale->genesis[m->which];
    uint32_t founder = below(m, DEVICES);
    dice_fill(&m->tale->dice, genesis.nonce, sizeof genesis.nonce);
    genesis.founder = (struct membership){.device = m->tale->devices[founder],
                                          .person = m->tale->people[founder % PEOPLE],
                                          .instance = 1,
                                          .role = ROLE_ADMIN,
                                          .box = m->tale->boxes[founder]};
    if (!payload->size) {
        genesis_encode(&genesis, payload);
        genesis_group_id(&m->h->scope.root, buffer_bytes(payload), &m->h->scope.id);
    }
    bool decoded = genesis_decode(buffer_bytes(payload), &genesis) == OK;
    *item = (struct item){.type = ENTRY_GENESIS, .consented = decoded && chance(m, 98)};
    item->genesis = buffer_bytes(payload);
    item->device = genesis.founder.device;
    item->instance = 1;
    item->role = ROLE_ADMIN;
    item->person = genesis.founder.person;
    item->box = genesis.founder.box;
    item->policy = genesis.policy;
    write_into(m, item, &(struct log_name){.device = m->h->scope.root});
    m->h->count++;
}

/* An ordinary beginning: the founder adds everybody, and one is granted. */
static void begin_well(struct making *m)
{
    const struct item *genesis = &m->h->items[0];
    struct log_name log = {.device = genesis->device, .instance = 1, .sub = {{1}}};
    for (uint32_t i = 0; i < DEVICES - LINKED; i++) {
        struct item *item = &m->h->items[m->h->count];
        *item = (struct item){.type = i == 1 ? ENTRY_GRANT : ENTRY_ADD, .role = ROLE_MEMBER, .consented = true};
        item->device = m->tale->devices[i];
        item->box = m->tale->boxes[i];
        item->person = m->tale->people[i % PEOPLE];
        item->instance = 1;
        if (i == 1)
            write_into(m, item, &(struct log_name){.device = m->h->scope.root});
        else
            write_into(m, item, &log);
        m->h->count++;
    }
}

static struct item *by_member(struct making *m, uint32_t device, uint64_t type)
{
    struct item *item = &m->h->items[m->h->count++];
    *item = (struct item){.type = type, .consented = true, .height = 1, .instance = 1};
    write_into(m, item, &(struct log_name){.device = m->tale->devices[device], .instance = 1, .sub = {{1}}});
    return item;
}

/* A device that a member links, one that this one links, and one too many. */
static void link_in_a_row(struct making *m)
{
    for (uint32_t i = DEVICES - LINKED; i < DEVICES; i++) {
        struct item *item = by_member(m, i == DEVICES - LINKED ? 2 : i - 1, ENTRY_LINK);
        item->device = m->tale->devices[i];
        item->box = m->tale->boxes[i];
        item->person = m->tale->people[2 % PEOPLE];
        item->number = 1;
    }
}

/* The founder's log forks, and the root ends what he may somewhere in it. */
static void revoke_a_forked_one(struct making *m)
{
    const struct item *genesis = &m->h->items[0];
    const uint32_t entries = 2 + below(m, 4);
    m->tale->forks = 50;
    for (uint32_t i = 0; i <= entries; i++) {
        struct item *item = &m->h->items[m->h->count++];
        *item = (struct item){.consented = true, .type = chance(m, 50) ? ENTRY_PURGE : ENTRY_KEYSHARE};
        if (i < entries) {
            write_into(m, item, &(struct log_name){.device = genesis->device, .instance = 1, .sub = {{1}}});
            continue;
        }
        m->tale->forks = 0;
        item->type = ENTRY_REVOKE;
        item->named = genesis->id;
        write_into(m, item, &(struct log_name){.device = m->h->scope.root});
        cut_logs(m, item, &genesis->device, 1);
    }
}

/* By the founders, who know of some of the removals or of all. */
static void add_again(struct making *there, struct making *here, const struct item *removal)
{
    for (int which = 0; which < 2; which++) {
        struct making *m = which ? here : there;
        struct item *item = &m->h->items[m->h->count++];
        *item = (struct item){.type = ENTRY_ADD, .role = ROLE_MEMBER, .consented = true, .instance = 2};
        write_into(m, item, &(struct log_name){.device = m->h->items[0].device, .instance = 1, .sub = {{1}}});
        item->device = removal->device;
        for (int i = 0; which && i < here->h->count; i++)
            if (here->h->items[i].type == ENTRY_REMOVE && chance(m, 95))
                cite_one(item, &here->h->items[i].id);
        if (!which || chance(m, 50))
            cite_one(item, &removal->id);
    }
}

/* The workspace removes somebody, and several members pass that on, each with a cut of his own. */
static void remove_everywhere(struct making *there, struct making *here)
{
    const uint32_t who = below(here, DEVICES), words = 1 + below(here, 4), entries = 1 + below(here, 4);
    for (uint32_t i = 0; i < entries; i++)
        by_member(here, who, chance(here, 50) ? ENTRY_EPOCH : ENTRY_KEYSHARE);
    struct item *removal = by_member(there, below(there, DEVICES), ENTRY_REMOVE);
    removal->author.device = there->h->items[0].device; /* the founder, in a log of his own for it */
    removal->author.sub.bytes[0] = 8;
    removal->seq = 1;
    removal->previous = (struct hash){{0}};
    log_name_id(&removal->author, &removal->log);
    removal->device = here->tale->devices[who];
    for (uint32_t i = 0; i < words; i++) {
        struct item *word = by_member(here, below(here, DEVICES), ENTRY_REMOVE);
        word->device = removal->device;
        cite_one(word, &removal->id);
        cut_logs(here, word, &word->device, 1);
    }
    if (chance(here, 60))
        add_again(there, here, removal);
}

static void scope(struct tale *tale, struct history *h, enum governance_kind kind, int which)
{
    h->count = 0;
    h->scope = (struct governance_scope){.kind = kind, .root = tale->root_keys[which]};
    dice_fill(&tale->dice, &h->scope.id, sizeof h->scope.id);
    h->scope.people[0] = tale->people[0];
    h->scope.people[1] = tale->people[1];
}

void tale_make(struct tale *tale, uint64_t seed)
{
    tale->dice.state = seed;
    tale->genesis[0] = tale->genesis[1] = (struct buffer){0};
    dice_fill(&tale->dice, tale->devices, sizeof tale->devices);
    dice_fill(&tale->dice, tale->root_keys, sizeof tale->root_keys);
    dice_fill(&tale->dice, tale->boxes, sizeof tale->boxes);
    dice_fill(&tale->dice, tale->people, sizeof tale->people);
    struct making first = {tale, &tale->workspace, NULL, 0}, second = {tale, &tale->group, &tale->workspace, 1};
    bool direct = chance(&first, 12);
    scope(tale, &tale->workspace, GOVERN_WORKSPACE, 0);
    scope(tale, &tale->group, direct ? GOVERN_DIRECT : GOVERN_GROUP, 1);
    found(&first);
    if (!direct)
        found(&second);
    if (chance(&first, 40)) {
        begin_well(&first);
        if (!direct)
            begin_well(&second);
        if (chance(&first, 20))
            link_in_a_row(&first);
        if (!direct && chance(&first, 40))
            remove_everywhere(&first, &second);
    } else if (chance(&first, 15)) {
        revoke_a_forked_one(direct || chance(&first, 50) ? &first : &second);
    }
    tale->forks = chance(&first, 20) ? 20 : 3;
    uint32_t steps = 6 + below(&first, 60);
    for (uint32_t i = 0; i < steps; i++) {
        bool in_group = chance(&first, 60);
        if (!in_group && chance(&first, 1))
            found(&first);
        make_item(in_group ? &second : &first);
    }
}

void tale_done(struct tale *tale)
{
    buffer_done(&tale->genesis[0]);
    buffer_done(&tale->genesis[1]);
}
