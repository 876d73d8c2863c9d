/* SPDX-License-Identifier: MIT
 * Whom ADDs make a member, as if only roots removed (for stratum 3), and as it is; who is one now.  PROTOCOL.md,
 * "Governance", strata 4 and 5. */
#include "govern.h"

/* ---------------------------------------------------------------- ADD */

/* A device does not add itself. */
static bool adds_another(const struct governance *g, const struct add_act *add)
{
    return g->instances.at[add->instance].device != g->instances.at[author_of(g, fact_of(g, add->fact))].device;
}

static bool has_authority(const struct governance *g, const struct fact *fact, bool last)
{
    return govern_authority(g, fact) && (!last || fact->seq <= g->segments.at[fact->segment].limit);
}

/* The removal itself, and what the workspace said for it. */
static bool cites_removal(const struct governance *g, const struct add_act *add, const struct removal_act *removal)
{
    if (!govern_cites(g, add->cites, &fact_of(g, removal->fact)->id))
        return false;
    const struct device *device = &g->devices.at[g->instances.at[removal->instance].device];
    for (uint32_t i = 0; removal->sort == REMOVAL_OF_WORKSPACE && i < removal->cites.count; i++) {
        const struct hash *cited = &g->cited.at[removal->cites.at + i];
        if (govern_removed_by(g->workspace, cited, &device->key) && !govern_cites(g, add->cites, cited))
            return false;
    }
    return true;
}

/* Who comes back must be let in by somebody who knows of every removal. */
static bool cites_removals(const struct governance *g, const struct add_act *add)
{
    const struct instance *instance = &g->instances.at[add->instance];
    for (uint32_t at = g->devices.at[instance->device].instances; at != add->instance; at = g->instances.at[at].next)
        for (uint32_t i = g->instances.at[at].removals; i != NONE; i = g->removals.at[i].next)
            if (g->removals.at[i].sort != REMOVAL_VOID && !cites_removal(g, add, &g->removals.at[i]))
                return false;
    return true;
}

static bool is_same(const struct person_id *a, const struct dh_public *a_box, const struct person_id *b,
                    const struct dh_public *b_box)
{
    return memcmp(a, b, sizeof *a) == 0 && memcmp(a_box, b_box, sizeof *a_box) == 0;
}

/* Whether GENESIS or a LINK says the same of that instance, and its device has signed that. */
static bool vouches(const struct governance *g, const struct fact *cited, const struct add_act *add)
{
    if (cited->act == NONE)
        return false;
    if (cited->type == ENTRY_GENESIS) {
        const struct add_act *founding = &g->adds.at[cited->act];
        return founding->consented && founding->instance == add->instance &&
               is_same(&founding->person, &founding->box, &add->person, &add->box);
    }
    if (cited->type != ENTRY_LINK)
        return false;
    const struct link_act *link = &g->links.at[cited->act];
    return link->consented && link->instance == add->instance &&
           is_same(&link->person, &link->box, &add->person, &add->box);
}

bool govern_consents(const struct governance *g, const struct add_act *add)
{
    for (uint32_t i = 0; !add->consented && i < add->cites.count; i++) {
        uint32_t cited = govern_fact(g, &g->cited.at[add->cites.at + i]);
        if (cited != NONE && vouches(g, fact_of(g, cited), add))
            return true;
    }
    return add->consented;
}

static bool add_counts(const struct governance *g, const struct add_act *add, bool last)
{
    const struct fact *fact = fact_of(g, add->fact);
    if (g->scope.kind == GOVERN_DIRECT || !govern_consents(g, add) || !adds_another(g, add) ||
        g->instances.at[add->instance].is_root)
        return false;
    if (fact->type == ENTRY_GENESIS && add->fact != g->founding)
        return false;
    return (fact->rank || has_authority(g, fact, last)) && (!last || cites_removals(g, add));
}

static void mark_cited(struct governance *g, const struct add_act *add)
{
    for (uint32_t i = 0; add->counts && i < add->cites.count; i++) {
        uint32_t fact = govern_fact(g, &g->cited.at[add->cites.at + i]);
        if (fact == NONE || fact_of(g, fact)->act == NONE)
            continue;
        if (fact_of(g, fact)->type == ENTRY_ADD || fact_of(g, fact)->type == ENTRY_GENESIS) {
            struct add_act *cited = &g->adds.at[fact_of(g, fact)->act];
            cited->cited |= cited->instance == add->instance;
        }
    }
}

/* Of those that no other cites, the one with the least rights, then with the smallest id. */
static bool holds_over(const struct governance *g, const struct add_act *a, const struct add_act *b)
{
    if (a->role != b->role)
        return a->role > b->role;
    return memcmp(&fact_of(g, a->fact)->id, &fact_of(g, b->fact)->id, 32) < 0;
}

void govern_hold_adds(struct governance *g, bool last)
{
    for (uint32_t i = 0; i < g->instances.count; i++)
        *govern_standing(g, i, last) = (struct standing){.add = NONE, .link = NONE, .tree = i};
    for (uint32_t i = 0; i < g->adds.count; i++) {
        g->adds.at[i].counts = add_counts(g, &g->adds.at[i], last);
        g->adds.at[i].cited = false;
    }
    for (uint32_t i = 0; i < g->adds.count; i++)
        mark_cited(g, &g->adds.at[i]);
    for (uint32_t i = 0; i < g->adds.count; i++) {
        const struct add_act *add = &g->adds.at[i];
        struct standing *standing = govern_standing(g, add->instance, last);
        if (!add->counts || add->cited)
            continue;
        if (standing->add == NONE || holds_over(g, add, &g->adds.at[standing->add]))
            standing->add = i;
        standing->role = g->adds.at[standing->add].role;
    }
    for (uint32_t i = 0; i < g->instances.count; i++)
        if (g->instances.at[i].from_workspace)
            govern_standing(g, i, last)->role = g->instances.at[i].direct.role;
}

/* ---------------------------------------------------------------- the workspace's word */

bool govern_removed_by(const struct governance *workspace, const struct hash *id, const struct sign_public *device)
{
    uint32_t fact = workspace ? govern_fact(workspace, id) : NONE;
    if (fact == NONE || fact_of(workspace, fact)->type != ENTRY_REMOVE || fact_of(workspace, fact)->act == NONE)
        return false;
    const struct removal_act *removal = &workspace->removals.at[fact_of(workspace, fact)->act];
    return removal->sort != REMOVAL_VOID &&
           govern_same(&workspace->devices.at[workspace->instances.at[removal->instance].device].key, device);
}

bool govern_is_current(const struct governance *workspace, const struct sign_public *device)
{
    return governance_member(workspace, device) != NULL;
}

static bool is_listed(const struct governance *g, const struct sign_public *key, uint64_t number)
{
    for (uint32_t i = 0; i < g->members.count; i++)
        if (govern_same(&g->members.at[i].device, key) && g->members.at[i].instance == number)
            return true;
    return false;
}

static void take_from_workspace(struct governance *g, uint32_t from)
{
    const struct governance *workspace = g->workspace;
    const struct instance *there = &workspace->instances.at[from];
    const struct standing *standing = &there->last;
    if (standing->add == NONE && standing->link == NONE)
        return;
    const struct add_act *add = standing->add == NONE ? NULL : &workspace->adds.at[standing->add];
    const struct link_act *link = add ? NULL : &workspace->links.at[standing->link];
    const struct person_id *person = add ? &add->person : &link->person;
    bool is_one = memcmp(person, &g->scope.people[0], sizeof *person) == 0 ||
                  memcmp(person, &g->scope.people[1], sizeof *person) == 0;
    if (!is_one || (!there->open_grant && standing->role == ROLE_CARRIER))
        return;
    const struct sign_public *key = &workspace->devices.at[there->device].key;
    uint32_t made = govern_get_instance(g, key, there->number);
    struct instance *here = &g->instances.at[made];
    here->from_workspace = true;
    here->direct_current = is_listed(workspace, key, there->number);
    here->direct.person = *person;
    here->direct.role = ROLE_MEMBER; /* nobody is more than the other */
    here->direct.box = add ? add->box : link->box;
}

/* The members of a direct chat are the devices of its two people. */
static void take_people(struct governance *g)
{
    for (uint32_t i = 0; i < g->instances.count; i++)
        g->instances.at[i].from_workspace = false;
    for (uint32_t i = 0; g->scope.kind == GOVERN_DIRECT && i < g->workspace->instances.count; i++)
        take_from_workspace(g, i);
}

/* ---------------------------------------------------------------- the list */

static bool is_current(const struct governance *g, const struct instance *instance)
{
    bool belongs = instance->last.add != NONE || instance->last.link != NONE || instance->open_grant ||
                   (instance->from_workspace && instance->direct_current);
    return belongs && !instance->removed &&
           (!g->workspace || govern_is_current(g->workspace, &g->devices.at[instance->device].key));
}

void govern_describe(const struct governance *g, const struct instance *instance, struct governance_member *member)
{
    const struct standing *standing = &instance->last;
    memset(member, 0, sizeof *member); /* lists are compared as bytes */
    member->device = g->devices.at[instance->device].key;
    member->instance = instance->number;
    member->role = instance->open_grant ? ROLE_ADMIN : standing->role;
    member->granted = instance->granted;
    member->has_box = standing->add != NONE || standing->link != NONE || instance->from_workspace;
    if (standing->add != NONE) {
        const struct add_act *add = &g->adds.at[standing->add];
        const struct fact *fact = fact_of(g, add->fact);
        member->person = add->person;
        member->box = add->box;
        if (!fact->rank)
            member->added_by = g->devices.at[g->instances.at[author_of(g, fact)].device].key;
    } else if (standing->link != NONE) {
        const struct link_act *link = &g->links.at[standing->link];
        member->linked = true;
        member->person = link->person;
        member->box = link->box;
        member->added_by = chain_of(g, fact_of(g, link->fact))->name.device;
    } else if (instance->from_workspace) {
        member->person = instance->direct.person;
        member->box = instance->direct.box;
    }
}

static int by_device(const void *a, const void *b)
{
    const struct governance_member *x = a, *y = b;
    int order = memcmp(&x->device, &y->device, sizeof x->device);
    return order ? order : (x->instance > y->instance) - (x->instance < y->instance);
}

static int by_name(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Under which names box records find members. */
static void list_names(struct governance *g)
{
    g->holder_names.count = g->member_names.count = 0;
    for (uint32_t i = 0; i < g->members.count; i++) {
        const struct governance_member *member = &g->members.at[i];
        if (!member->has_box)
            continue;
        uint64_t name = box_name(&member->box);
        *LIST_ADD(g->member_names) = name;
        if (member->role != ROLE_CARRIER)
            *LIST_ADD(g->holder_names) = name;
    }
    if (g->member_names.count)
        qsort(g->member_names.at, g->member_names.count, sizeof *g->member_names.at, by_name);
    if (g->holder_names.count)
        qsort(g->holder_names.at, g->holder_names.count, sizeof *g->holder_names.at, by_name);
}

static bool any_add_holds_keys(const struct governance *g, const struct instance *instance)
{
    for (uint32_t at = instance->adds; at != NONE; at = g->adds.at[at].next)
        if (g->adds.at[at].counts && g->adds.at[at].role != ROLE_CARRIER)
            return true;
    return false;
}

void govern_members(struct governance *g)
{
    govern_hold_adds(g, true);
    govern_hold_links(g, true);
    g->members.count = 0;
    for (uint32_t i = 0; i < g->instances.count; i++) {
        struct instance *instance = &g->instances.at[i];
        instance->held_keys = instance->granted || instance->last.link != NONE || instance->from_workspace ||
                              any_add_holds_keys(g, instance);
        if (is_current(g, instance))
            govern_describe(g, instance, LIST_ADD(g->members));
    }
    if (g->members.count)
        qsort(g->members.at, g->members.count, sizeof *g->members.at, by_device);
    list_names(g);
}

void govern_first_members(struct governance *g)
{
    take_people(g);
    govern_hold_adds(g, false);
    govern_hold_links(g, false);
}
