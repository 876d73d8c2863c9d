/* SPDX-License-Identifier: MIT
 * What entries say, read once when they are noted. */
#include "govern.h"

#include "core/storage.h"

static struct cites keep_cites(struct governance *g, struct bytes list)
{
    struct cites cites = {g->cited.count, (uint32_t)cite_count(list)};
    for (size_t i = 0; i < cites.count; i++)
        *LIST_ADD(g->cited) = cite_at(list, i);
    return cites;
}

static struct cuts keep_cuts(struct governance *g, struct bytes list)
{
    struct cuts cuts = {g->cuts.count, (uint32_t)cut_count(list)};
    for (size_t i = 0; i < cuts.count; i++)
        *LIST_ADD(g->cuts) = cut_at(list, i);
    return cuts;
}

bool govern_cites(const struct governance *g, struct cites cites, const struct hash *id)
{
    for (uint32_t i = 0; i < cites.count; i++)
        if (govern_same(&g->cited.at[cites.at + i], id))
            return true;
    return false;
}

static bool consented(uint32_t *flags, enum error verified)
{
    if (verified == OK)
        *flags |= ENTRY_FLAG_CONSENT;
    return verified == OK;
}

/* ---------------------------------------------------------------- the root's */

static enum error read_grant(struct governance *g, uint32_t fact, struct bytes payload)
{
    struct grant grant;
    enum error err = grant_decode(payload, &grant);
    if (err)
        return err;
    uint32_t instance = govern_get_instance(g, &grant.device, grant.instance), made = g->grants.count;
    *LIST_ADD(g->grants) = (struct grant_act){
        .fact = fact, .instance = instance, .next = g->instances.at[instance].grants, .from = keep_cuts(g, grant.from)};
    g->instances.at[instance].grants = made;
    return OK;
}

static enum error read_revocation(struct governance *g, uint32_t fact, struct bytes payload)
{
    struct revocation revocation;
    enum error err = revocation_decode(payload, &revocation);
    if (!err)
        *LIST_ADD(g->revokes) =
            (struct revoke_act){.fact = fact, .grant = revocation.grant, .cut = keep_cuts(g, revocation.cut)};
    return err;
}

static enum error read_handover(struct governance *g, uint32_t fact, struct bytes payload)
{
    struct handover handover;
    enum error err = handover_decode(payload, &handover);
    if (!err)
        *LIST_ADD(g->handovers) = (struct handover_act){
            .fact = fact, .key = handover.key, .head = handover.head, .cut = keep_cuts(g, handover.cut)};
    return err;
}

static enum error read_generation(struct governance *g, uint32_t fact, struct bytes payload)
{
    struct generation generation;
    enum error err = generation_decode(payload, &generation);
    if (!err)
        *LIST_ADD(g->openings) = (struct opening_act){fact, generation.head};
    return err;
}

/* ---------------------------------------------------------------- members */

static void keep_add(struct governance *g, uint32_t fact, const struct add *add, bool consent)
{
    uint32_t instance = govern_get_instance(g, &add->member.device, add->member.instance), made = g->adds.count;
    uint64_t role = add->member.role == ROLE_ADMIN ? ROLE_MEMBER : add->member.role; /* only a GRANT makes one */
    *LIST_ADD(g->adds) =
        (struct add_act){.fact = fact,
                         .instance = instance,
                         .next = g->instances.at[instance].adds,
                         .role = role == ROLE_MEMBER || role == ROLE_CARRIER ? (enum role)role : ROLE_READER,
                         .person = add->member.person,
                         .box = add->member.box,
                         .cites = keep_cites(g, add->cites),
                         .consented = consent};
    g->instances.at[instance].adds = made;
}

static enum error read_add(struct governance *g, uint32_t fact, struct bytes payload, uint32_t *flags)
{
    struct add add;
    enum error err = add_decode(payload, &add);
    if (err)
        return err;
    bool consent = (*flags & ENTRY_FLAG_CONSENT) || consented(flags, membership_verify(&g->scope.id, &add.member));
    keep_add(g, fact, &add, consent);
    return OK;
}

/* The founder is added and granted. */
static enum error read_genesis(struct governance *g, uint32_t fact, struct bytes payload, uint32_t *flags)
{
    static const struct hash no_group;
    struct genesis genesis;
    struct hash id;
    enum error err = genesis_decode(payload, &genesis);
    if (err)
        return err;
    genesis_group_id(&g->chains.at[fact_of(g, fact)->log].name.device, payload, &id);
    if (!govern_same(&id, &g->scope.id))
        return ERR_MALFORMED;
    bool consent = (*flags & ENTRY_FLAG_CONSENT) || consented(flags, membership_verify(&no_group, &genesis.founder));
    keep_add(g, fact, &(struct add){.member = genesis.founder}, consent);
    uint32_t instance = g->adds.at[g->adds.count - 1].instance;
    *LIST_ADD(g->grants) =
        (struct grant_act){.fact = fact, .instance = instance, .next = g->instances.at[instance].grants};
    g->instances.at[instance].grants = g->grants.count - 1;
    *LIST_ADD(g->policies) = (struct policy_act){.fact = fact, .policy = genesis.policy};
    return OK;
}

static enum error read_removal(struct governance *g, uint32_t fact, struct bytes payload)
{
    struct removal removal;
    enum error err = removal_decode(payload, &removal);
    if (err)
        return err;
    uint32_t instance = govern_get_instance(g, &removal.device, removal.instance), made = g->removals.count;
    *LIST_ADD(g->removals) = (struct removal_act){.fact = fact,
                                                  .instance = instance,
                                                  .next = g->instances.at[instance].removals,
                                                  .cut = keep_cuts(g, removal.cut),
                                                  .cites = keep_cites(g, removal.cites),
                                                  .reach_for = NONE};
    g->instances.at[instance].removals = made;
    return OK;
}

/* Into an ascending list. */
static void insert(struct governance *g, struct indexes *list, uint32_t index,
                   bool (*precedes)(const struct governance *g, uint32_t a, uint32_t b))
{
    uint32_t low = 0, high = list->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (precedes(g, list->at[middle], index))
            low = middle + 1;
        else
            high = middle;
    }
    LIST_ADD(*list);
    memmove(list->at + low + 1, list->at + low, (list->count - 1 - low) * sizeof *list->at);
    list->at[low] = index;
}

static bool link_precedes(const struct governance *g, uint32_t a, uint32_t b)
{
    return memcmp(&fact_of(g, g->links.at[a].fact)->id, &fact_of(g, g->links.at[b].fact)->id, 32) < 0;
}

static enum error read_link(struct governance *g, uint32_t fact, struct bytes payload, uint32_t *flags)
{
    const struct sign_public linker = g->chains.at[fact_of(g, fact)->log].name.device;
    struct linkage linkage;
    enum error err = linkage_decode(payload, &linkage);
    if (err)
        return err;
    bool consent = (*flags & ENTRY_FLAG_CONSENT) || consented(flags, linkage_verify(&g->scope.id, &linker, &linkage));
    uint32_t instance = govern_get_instance(g, &linkage.device, 1), made = g->links.count;
    *LIST_ADD(g->links) = (struct link_act){.fact = fact,
                                            .instance = instance,
                                            .next = g->instances.at[instance].links,
                                            .person = linkage.person,
                                            .box = linkage.box,
                                            .number = (uint8_t)linkage.number,
                                            .consented = consent};
    g->instances.at[instance].links = made;
    insert(g, &g->links_by_id, made, link_precedes);
    return OK;
}

static enum error read_policy(struct governance *g, uint32_t fact, struct bytes payload)
{
    struct policy_change change;
    enum error err = policy_decode(payload, &change);
    if (!err)
        *LIST_ADD(g->policies) = (struct policy_act){fact, change.policy, keep_cites(g, change.cites)};
    return err;
}

/* ---------------------------------------------------------------- keys */

static uint32_t keep_names(struct governance *g, struct bytes records)
{
    for (size_t at = 0; at < records.size; at += BOX_RECORD_SIZE)
        *LIST_ADD(g->names) = get_u64(records.data + at);
    return (uint32_t)(records.size / BOX_RECORD_SIZE);
}

/* By epoch id, which the table wants 32 bytes long. */
static void file_key(struct governance *g, struct key_act *key)
{
    struct hash name = {{0}};
    memcpy(name.bytes, key->epoch.bytes, sizeof key->epoch.bytes);
    key->next = govern_index(table_get(&g->keys_by_epoch, name.bytes));
    table_put(&g->keys_by_epoch, name.bytes, govern_value((uint32_t)(key - g->keys.at)));
}

static bool epoch_precedes(const struct governance *g, uint32_t a, uint32_t b)
{
    const struct key_act *x = &g->keys.at[a], *y = &g->keys.at[b];
    int order = (x->height > y->height) - (x->height < y->height);
    if (!order)
        order = memcmp(&x->epoch, &y->epoch, sizeof x->epoch);
    if (!order)
        order = -memcmp(&fact_of(g, x->fact)->id, &fact_of(g, y->fact)->id, 32);
    return order < 0;
}

static enum error read_epoch(struct governance *g, uint32_t fact, struct bytes payload)
{
    struct epoch epoch;
    enum error err = epoch_decode(payload, &epoch);
    if (err)
        return err;
    struct key_act key = {.fact = fact, .epoch = epoch.id, .height = epoch.height, .names = g->names.count};
    key.count = keep_names(g, epoch.records);
    key.carriers = keep_names(g, epoch.carriers);
    *LIST_ADD(g->keys) = key;
    file_key(g, &g->keys.at[g->keys.count - 1]);
    insert(g, &g->epochs, g->keys.count - 1, epoch_precedes);
    return OK;
}

static enum error read_share(struct governance *g, uint32_t fact, struct bytes payload)
{
    struct keyshare share;
    enum error err = keyshare_decode(payload, &share);
    if (err)
        return err;
    struct key_act key = {.fact = fact, .epoch = share.epoch, .height = share.height, .names = g->names.count};
    key.count = keep_names(g, share.records);
    *LIST_ADD(g->keys) = key;
    file_key(g, &g->keys.at[g->keys.count - 1]);
    return OK;
}

/* Those that change nobody's standing. */
static enum error read_key(struct governance *g, uint32_t fact, struct bytes payload, uint32_t *ret)
{
    struct doubt doubt;
    switch (fact_of(g, fact)->type) {
    case ENTRY_EPOCH:
        *ret = g->keys.count;
        return read_epoch(g, fact, payload);
    case ENTRY_KEYSHARE:
        *ret = g->keys.count;
        return read_share(g, fact, payload);
    case ENTRY_CLOCK:
        return clock_decode(payload, &doubt);
    default:
        return OK;
    }
}

/* ---------------------------------------------------------------- any */

static enum error read_act(struct governance *g, uint32_t fact, struct bytes payload, uint32_t *flags, uint32_t *ret)
{
    switch (fact_of(g, fact)->type) {
    case ENTRY_GENESIS:
        *ret = g->adds.count;
        return read_genesis(g, fact, payload, flags);
    case ENTRY_GRANT:
        *ret = g->grants.count;
        return read_grant(g, fact, payload);
    case ENTRY_REVOKE:
        *ret = g->revokes.count;
        return read_revocation(g, fact, payload);
    case ENTRY_HANDOVER:
        *ret = g->handovers.count;
        return read_handover(g, fact, payload);
    case ENTRY_GENERATION:
        *ret = g->openings.count;
        return read_generation(g, fact, payload);
    case ENTRY_ADD:
        *ret = g->adds.count;
        return read_add(g, fact, payload, flags);
    case ENTRY_REMOVE:
        *ret = g->removals.count;
        return read_removal(g, fact, payload);
    case ENTRY_LINK:
        *ret = g->links.count;
        return read_link(g, fact, payload, flags);
    case ENTRY_POLICY:
        *ret = g->policies.count;
        return read_policy(g, fact, payload);
    default:
        return read_key(g, fact, payload, ret);
    }
}

/* There whatever stands may be the head that a GENERATION names. */
static bool is_in_root_log(const struct governance *g, const struct fact *fact)
{
    const struct sub *sub = &g->chains.at[fact->log].name.sub;
    return crypto_is_zero(sub->bytes, sizeof sub->bytes);
}

void govern_read(struct governance *g, uint32_t fact, struct bytes payload, uint32_t *flags)
{
    uint32_t act = NONE;
    enum error err = read_act(g, fact, payload, flags, &act);
    fact_of(g, fact)->act = err ? NONE : act;
    fact_of(g, fact)->malformed = err != OK;
    switch (fact_of(g, fact)->type) {
    case ENTRY_EPOCH:
    case ENTRY_KEYSHARE:
    case ENTRY_CLOCK:
    case ENTRY_PURGE:
    case ENTRY_HOLD:
    case ENTRY_LETTER: /* they change nobody's standing */
        g->structural |= is_in_root_log(g, fact_of(g, fact));
        break;
    default:
        g->structural = true;
    }
}
