/* SPDX-License-Identifier: MIT */
#include "making.h"

static const struct item *any_item(struct making *m)
{
    static const struct item nothing;
    if (!m->h->count)
        return &nothing;
    return &m->h->items[below(m, (uint32_t)m->h->count)];
}

/* An item that brings somebody in; now and then it only seems so.  NULL: none was met. */
static const struct item *any_arrival(struct making *m)
{
    for (int tries = 0; tries < 12 && m->h->count; tries++) {
        const struct item *item = any_item(m);
        if (item->type == ENTRY_ADD || item->type == ENTRY_GRANT || item->type == ENTRY_GENESIS ||
            item->type == ENTRY_LINK)
            return item;
    }
    return NULL;
}

static uint64_t arrived_as(const struct item *item)
{
    return item->type == ENTRY_LINK ? 1 : item->instance;
}

/* ---------------------------------------------------------------- where it stands */

static bool has_successor(const struct history *h, const struct item *item)
{
    for (int i = 0; i < h->count; i++)
        if (h->items[i].seq == item->seq + 1 && same(&h->items[i].previous, &item->id))
            return true;
    return false;
}

/* Behind which item of the log the next one goes: its head, or now and then an earlier one.  NULL: begins it. */
static const struct item *place(struct making *m, const struct hash *log)
{
    const bool fork = chance(m, m->tale->forks);
    const struct item *found = NULL;
    int seen = 0;
    for (int i = 0; i < m->h->count; i++) {
        const struct item *item = &m->h->items[i];
        if (!same(&item->log, log) || (!fork && has_successor(m->h, item)))
            continue;
        if (below(m, (uint32_t)++seen) == 0)
            found = item;
    }
    return fork && chance(m, 10) ? NULL : found;
}

/* Another one of the log with its seq.  NULL: the log does not fork there. */
static const struct item *twin_of(const struct making *m, const struct item *item)
{
    for (int i = 0; i < m->h->count; i++)
        if (m->h->items[i].seq == item->seq && same(&m->h->items[i].log, &item->log))
            return &m->h->items[i];
    return NULL;
}

/* A log goes on from another one of the same instance.  NULL: it does not. */
static const struct item *last_elsewhere(struct making *m, const struct item *item)
{
    const struct item *found = NULL;
    for (int i = 0; i < m->h->count && !crypto_is_zero(item->author.sub.bytes, sizeof item->author.sub.bytes); i++) {
        const struct item *other = &m->h->items[i];
        if (same(&other->author.device, &item->author.device) && other->author.instance == item->author.instance &&
            !same(&other->log, &item->log) && chance(m, 60))
            found = other;
    }
    return found;
}

void write_into(struct making *m, struct item *item, const struct log_name *name)
{
    item->author = *name;
    item->author.group = m->h->scope.id;
    log_name_id(&item->author, &item->log);
    const struct item *before = place(m, &item->log);
    item->seq = before ? before->seq + 1 : 1;
    if (!before)
        before = last_elsewhere(m, item);
    if (before)
        item->previous = before->id;
    dice_fill(&m->tale->dice, &item->id, sizeof item->id);
    const struct item *twin = twin_of(m, item);
    if (twin && chance(m, 40)) /* a dep fits both, and causes may go round */
        memcpy(&item->id, &twin->id, sizeof item->deps->id);
}

static void cite_causes(struct making *m, struct item *item)
{
    uint32_t most = chance(m, 25) ? 0 : DEPS_MAX;
    for (uint32_t i = 0; i < most && m->h->count && item->dep_count < DEPS_MAX; i++) {
        int back = (int)below(m, chance(m, 80) ? 6 : (uint32_t)m->h->count);
        const struct item *cause = &m->h->items[back < m->h->count ? m->h->count - 1 - back : 0];
        if (same(&cause->log, &item->log))
            continue;
        struct dep *dep = &item->deps[item->dep_count++];
        *dep = (struct dep){.log = cause->log, .seq = cause->seq};
        memcpy(dep->id, &cause->id, 8);
        if (chance(m, 2))
            dep->id[0] ^= 1;
    }
}

/* ---------------------------------------------------------------- what it says */

/* An arrival here of whom the workspace removed.  NULL: none was met. */
static const struct item *removed_there(struct making *m)
{
    for (int tries = 0; tries < 30 && m->workspace->count; tries++) {
        const struct item *there = &m->workspace->items[below(m, (uint32_t)m->workspace->count)];
        const struct item *here = any_arrival(m);
        if (here && there->type == ENTRY_REMOVE && same(&there->device, &here->device))
            return here;
    }
    return NULL;
}

static void target(struct making *m, struct item *item)
{
    uint32_t device = below(m, DEVICES);
    item->device = m->tale->devices[device];
    item->instance = 1 + (chance(m, 25) ? 1 + below(m, 2) : 0);
    item->person = m->tale->people[chance(m, 85) ? device % PEOPLE : below(m, PEOPLE)];
    item->box = m->tale->boxes[device];
    const struct item *other = chance(m, item->type == ENTRY_LINK ? 20 : 60) ? any_arrival(m) : NULL;
    if (item->type == ENTRY_REMOVE && m->workspace && chance(m, 40))
        other = removed_there(m);
    for (uint32_t i = 0; other && i < DEVICES; i++)
        if (same(&other->device, &m->tale->devices[i])) {
            item->device = other->device;
            item->instance = arrived_as(other) + (item->type == ENTRY_ADD && chance(m, 50));
            item->box = m->tale->boxes[i];
            item->person = m->tale->people[i % PEOPLE];
        }
    if (chance(m, 1))
        item->device = m->tale->root_keys[below(m, ROOT_KEYS)];
}

static void cut_one(struct making *m, struct item *item, const struct item *at)
{
    struct cut *cut = &item->cuts[item->cut_count++];
    *cut = (struct cut){at->log, at->seq, at->id};
    if (chance(m, 4))
        dice_fill(&m->tale->dice, &cut->id, sizeof cut->id);
    if (chance(m, 4))
        cut->seq += below(m, 3);
}

/* Heads, or earlier entries, of the logs of an instance. */
void cut_logs(struct making *m, struct item *item, const struct sign_public *device, uint64_t instance)
{
    const bool whole = chance(m, 60), nothing = chance(m, 10);
    for (int i = m->h->count - 1; i >= 0 && !nothing && item->cut_count < CUTS_ITEM; i--) {
        const struct item *at = &m->h->items[i];
        if (same(&at->author.device, device) && at->author.instance == instance &&
            chance(m, whole ? (has_successor(m->h, at) ? 2 : 95) : 30))
            cut_one(m, item, at);
    }
}

void cite_one(struct item *item, const struct hash *id)
{
    if (item->cite_count < CITES_ITEM)
        item->cites[item->cite_count++] = *id;
}

/* What one who knows would cite, or part of it, or anything. */
static void cite_what_fits(struct making *m, struct item *item)
{
    const uint32_t most = chance(m, 60) ? 100 : chance(m, 50) ? 60 : 0;
    for (int which = 0; which < 2; which++) {
        const struct history *h = which ? m->workspace : m->h;
        for (int i = 0; h && i < h->count; i++) {
            const struct item *other = &h->items[i];
            bool fits =
                (other->type == ENTRY_REMOVE || other->type == ENTRY_ADD) && same(&other->device, &item->device);
            fits |= item->type == ENTRY_POLICY && other->type == ENTRY_POLICY;
            fits |= item->type == ENTRY_REMOVE && other->type == ENTRY_REVOKE;
            if (fits && chance(m, most))
                cite_one(item, &other->id);
        }
    }
    if (chance(m, 10) && m->h->count)
        cite_one(item, &any_item(m)->id);
}

static bool has_arrived(const struct making *m, uint32_t device)
{
    for (int i = 0; i < m->h->count; i++) {
        const struct item *item = &m->h->items[i];
        if ((item->type == ENTRY_ADD || item->type == ENTRY_LINK || item->type == ENTRY_GENESIS) &&
            same(&item->device, &m->tale->devices[device]))
            return true;
    }
    return false;
}

static void give_key(struct making *m, struct item *item)
{
    const struct item *other = any_item(m);
    const bool careful = chance(m, 60);
    const bool again = other->type == ENTRY_EPOCH && chance(m, 70);
    uint64_t top = 0;
    for (int i = 0; i < m->h->count; i++)
        if (m->h->items[i].type == ENTRY_EPOCH && m->h->items[i].height > top && m->h->items[i].height < 100000)
            top = m->h->items[i].height;
    dice_fill(&m->tale->dice, &item->epoch, sizeof item->epoch);
    item->height = chance(m, 70) ? top + 1 : chance(m, 50) ? below(m, 8) : top + 990 + below(m, 20);
    if (item->type == ENTRY_KEYSHARE || chance(m, 8)) {
        for (int i = 0; i < m->h->count; i++)
            if (m->h->items[i].type == ENTRY_EPOCH && (again || chance(m, 30)))
                item->epoch = again ? other->epoch : m->h->items[i].epoch;
    }
    for (uint32_t i = 0; i < DEVICES; i++)
        if (chance(m, item->type == ENTRY_EPOCH ? 35 : 15) && (!careful || has_arrived(m, i)))
            item->holders[item->holder_count++] = m->tale->boxes[i];
    for (uint32_t i = 0; item->type == ENTRY_EPOCH && chance(m, 20) && i < DEVICES; i++)
        if (chance(m, 20))
            item->carriers[item->carrier_count++] = m->tale->boxes[i];
}

/* Of a linked device: that of the one which linked it. */
static struct person_id own_person(struct making *m, const struct sign_public *device)
{
    struct person_id person = {{0}};
    for (uint32_t i = 0; i < DEVICES; i++)
        if (same(device, &m->tale->devices[i]))
            person = m->tale->people[i % PEOPLE];
    for (int i = 0; i < m->h->count; i++)
        if (m->h->items[i].type == ENTRY_LINK && same(&m->h->items[i].device, device) && chance(m, 70))
            person = m->h->items[i].person;
    return person;
}

/* An ADD of somebody whom GENESIS or a LINK brought in, without a consent of its own; now and then it differs. */
static void add_again(struct making *m, struct item *item)
{
    for (int tries = 0; tries < 12 && m->h->count; tries++) {
        const struct item *other = any_item(m);
        if (other->type != ENTRY_LINK && other->type != ENTRY_GENESIS)
            continue;
        item->device = other->device;
        item->instance = chance(m, 95) ? arrived_as(other) : 2;
        item->person = other->person;
        item->box = other->box;
        item->consented = chance(m, 10);
        if (chance(m, 90))
            cite_one(item, &other->id);
        return;
    }
}

static void fill(struct making *m, struct item *item)
{
    target(m, item);
    if (item->type == ENTRY_ADD && chance(m, 20))
        add_again(m, item);
    if (item->type == ENTRY_LINK && chance(m, 85))
        item->person = own_person(m, &item->author.device);
    item->role = (enum role)(chance(m, 60) ? 1 + below(m, 2) : below(m, 7));
    item->number = 1 + below(m, chance(m, 50) ? 2 : 8);
    item->policy = (struct policy){chance(m, 50), below(m, 4) * 10};
    if (item->type == ENTRY_REVOKE)
        for (int i = 0; i < m->h->count; i++) {
            const struct item *grant = &m->h->items[i];
            if ((grant->type == ENTRY_GRANT || grant->type == ENTRY_GENESIS) && chance(m, 60)) {
                item->named = grant->id;
                item->cut_count = 0;
                cut_logs(m, item, &grant->device, grant->instance);
            }
        }
    if (item->type == ENTRY_REMOVE || (item->type == ENTRY_GRANT && chance(m, 20)))
        cut_logs(m, item, &item->device, item->instance);
    if (item->type == ENTRY_ADD || item->type == ENTRY_REMOVE || item->type == ENTRY_POLICY)
        cite_what_fits(m, item);
    if (item->type == ENTRY_EPOCH || item->type == ENTRY_KEYSHARE)
        give_key(m, item);
}

/* A REMOVE of oneself, or of a device one has linked. */
static void aim_at_own(struct making *m, struct item *item)
{
    if (item->type != ENTRY_REMOVE || !chance(m, 30))
        return;
    item->device = item->author.device;
    item->instance = item->author.instance;
    for (int i = 0; i < m->h->count; i++)
        if (m->h->items[i].type == ENTRY_LINK && same(&m->h->items[i].author.device, &item->author.device) &&
            chance(m, 50)) {
            item->device = m->h->items[i].device;
            item->instance = 1;
        }
    item->cut_count = 0;
    cut_logs(m, item, &item->device, item->instance);
}

/* A root's REMOVE of an admin, whichever root granted him. */
static void aim_at_admin(struct making *m, struct item *item)
{
    if (item->type != ENTRY_REMOVE || !chance(m, 40))
        return;
    for (int i = 0; i < m->h->count; i++)
        if (m->h->items[i].type == ENTRY_GRANT && chance(m, 50)) {
            item->device = m->h->items[i].device;
            item->instance = m->h->items[i].instance;
        }
    item->cut_count = 0;
    cut_logs(m, item, &item->device, item->instance);
}

/* ---------------------------------------------------------------- who writes it */

static bool is_root_item(const struct making *m, const struct item *item)
{
    for (int i = 0; i < ROOT_KEYS; i++)
        if (same(&item->author.device, &m->tale->root_keys[i]))
            return true;
    return false;
}

static void hand_over(struct making *m, struct item *item)
{
    item->device = m->tale->root_keys[chance(m, 10) ? below(m, 2) : 2 + below(m, ROOT_KEYS - 2)];
    for (int i = 0; i < m->h->count && m->which; i++) /* a head for what the workspace's root says; logs for itself */
        if (is_root_item(m, &m->h->items[i]) && chance(m, 40))
            item->named = m->h->items[i].id;
    struct log_name name = {.group = m->tale->group.scope.id, .device = item->author.device};
    for (int i = 0; i < m->tale->group.count && !m->which; i++) {
        const struct item *at = &m->tale->group.items[i];
        for (name.instance = 0; name.instance < 3; name.instance++) {
            struct hash log;
            log_name_id(&name, &log);
            if (same(&at->log, &log) && item->cut_count < CUTS_ITEM && chance(m, 50))
                cut_one(m, item, at);
        }
    }
}

static void open_generation(struct making *m, struct item *item)
{
    for (int i = 0; i < m->h->count; i++) { /* none, where it is the workspace's first here */
        const struct item *head = &m->h->items[i];
        if (is_root_item(m, head) && head->author.instance < item->author.instance &&
            chance(m, head->author.instance + 1 == item->author.instance ? 60 : 10))
            item->named = head->id;
    }
}

static const uint8_t root_types[] = {ENTRY_GRANT,  ENTRY_GRANT,  ENTRY_GRANT,  ENTRY_REVOKE, ENTRY_REVOKE,
                                     ENTRY_REVOKE, ENTRY_REMOVE, ENTRY_ADD,    ENTRY_REMOVE, ENTRY_HANDOVER,
                                     ENTRY_ADD,    18,           ENTRY_POLICY, ENTRY_LETTER};
static const uint8_t device_types[] = {
    ENTRY_ADD,   ENTRY_ADD,    ENTRY_ADD,    ENTRY_ADD,   ENTRY_REMOVE, ENTRY_REMOVE,   ENTRY_REMOVE, ENTRY_LINK,
    ENTRY_LINK,  ENTRY_EPOCH,  ENTRY_EPOCH,  ENTRY_EPOCH, ENTRY_EPOCH,  ENTRY_KEYSHARE, ENTRY_CLOCK,  ENTRY_KEYSHARE,
    ENTRY_PURGE, ENTRY_POLICY, ENTRY_POLICY, 17,          ENTRY_GRANT,  ENTRY_LETTER};

static void by_root(struct making *m, struct item *item)
{
    struct log_name name = {.instance = chance(m, 55) ? 0 : 1 + below(m, 2)};
    name.device = m->tale->root_keys[chance(m, 65) ? (uint32_t)m->which : below(m, ROOT_KEYS)];
    if (m->which && chance(m, 30))
        name = (struct log_name){.device = m->tale->root_keys[0], .instance = below(m, 2)};
    for (int which = 0; which <= m->which; which++) { /* heirs */
        const struct history *h = which ? &m->tale->group : &m->tale->workspace;
        for (int i = 0; i < h->count; i++)
            if (h->items[i].type == ENTRY_HANDOVER && name.instance && chance(m, 30))
                name.device = h->items[i].device;
    }
    write_into(m, item, &name);
    item->type = root_types[below(m, sizeof root_types)];
    bool superior = m->which && !same(&name.device, &m->h->scope.root);
    if (item->seq == 1 && (name.instance || superior) && chance(m, 92)) {
        item->type = ENTRY_GENERATION;
        open_generation(m, item);
    } else if (item->type == ENTRY_HANDOVER) {
        hand_over(m, item);
    } else {
        fill(m, item);
        aim_at_admin(m, item);
    }
}

static void by_device(struct making *m, struct item *item)
{
    struct log_name name = {.device = m->tale->devices[below(m, DEVICES)], .instance = 1};
    const struct item *other = chance(m, 88) ? any_arrival(m) : NULL;
    if (other) {
        name.device = other->device;
        name.instance = arrived_as(other);
    }
    name.sub.bytes[0] = (uint8_t)(1 + (chance(m, 15) ? 1 : 0));
    write_into(m, item, &name);
    item->type = device_types[below(m, sizeof device_types)];
    fill(m, item);
    aim_at_own(m, item);
    cite_causes(m, item);
}

void make_item(struct making *m)
{
    struct item *item = &m->h->items[m->h->count];
    *item = (struct item){.consented = !chance(m, 4), .malformed = chance(m, 2)};
    if (chance(m, 30))
        by_root(m, item);
    else
        by_device(m, item);
    if (item->type == ENTRY_PURGE || item->type > ENTRY_GENERATION)
        item->malformed = false; /* nothing is read of them */
    m->h->count++;
}
