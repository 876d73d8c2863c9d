/* SPDX-License-Identifier: MIT */
#include "direct.h"

#include "core/base/alloc.h"
#include "core/log/lookup.h"
#include "core/peers/presence.h"
#include "core/writing/compose.h"
#include "groups.h"
#include "roster.h"
#include <stdlib.h>

static bool same_person(const struct person_id *a, const struct person_id *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void sort_people(const struct person_id *a, const struct person_id *b, struct person_id ret[2])
{
    bool first = memcmp(a, b, sizeof *a) < 0;
    ret[0] = first ? *a : *b;
    ret[1] = first ? *b : *a;
}

void direct_id(const struct hash *workspace, const struct person_id people[2], struct hash *ret)
{
    struct person_id sorted[2];
    sort_people(&people[0], &people[1], sorted);
    const struct bytes parts[] = {text_bytes("zuruf-direct-v1"), hash_bytes(workspace), BYTES_OF(sorted[0].bytes),
                                  BYTES_OF(sorted[1].bytes)};
    crypto_hash_parts(parts, 4, ret);
}

static const struct member *myself(const struct node *node)
{
    return node->workspace ? roster_find(&node->workspace->roster, &node->identity.device) : NULL;
}

const struct person_id *direct_partner(const struct node *node, const struct group *group)
{
    const struct member *me = myself(node);
    return &group->people[me && same_person(&me->person, &group->people[0]) ? 1 : 0];
}

/* ---------------------------------------------------------------- beginning one */

static struct group *begin(struct node *node, const struct person_id people[2])
{
    struct group *group = groups_create_direct(node, people);
    if (group && roster_evaluate(&group->roster))
        presence_roster_changed(node); /* who wants a link to whom */
    return group;
}

enum error direct_open(struct node *node, const struct person_id *person, struct group **ret)
{
    const struct member *me = myself(node);
    struct person_id people[2];
    struct hash id;
    if (!me)
        return ERR_NO_KEY;
    if (!roster_person(&node->workspace->roster, person))
        return ERR_NOT_FOUND;
    if (same_person(&me->person, person))
        return ERR_USAGE;
    sort_people(&me->person, person, people);
    direct_id(&node->workspace->id, people, &id);
    struct group *group = groups_by_id(node, &id);
    if (!group)
        group = begin(node, people);
    if (!group)
        return ERR_LIMIT;
    *ret = group;
    return OK;
}

struct expected {
    const struct hash *workspace, *id;
    const struct person_id *me;
};

static bool is_theirs(const void *arg, const struct person_id *person)
{
    const struct expected *expected = arg;
    const struct person_id people[2] = {*expected->me, *person};
    struct hash id;
    direct_id(expected->workspace, people, &id);
    return same_hash(&id, expected->id) && !same_person(expected->me, person);
}

/* With the teller; or, as another home or device of this person's tells, with anybody who is or was here, or was taken
 * for a member. */
struct group *direct_expect(struct node *node, const struct link *link, const struct hash *id)
{
    const struct member *me = myself(node);
    const struct member *teller = me ? roster_find(&node->workspace->roster, &link->device) : NULL;
    const struct governance *all = node->workspace ? node->workspace->roster.governance : NULL;
    struct person_id people[2];
    if (!teller)
        return NULL;
    const struct expected expected = {&node->workspace->id, id, &me->person};
    struct person_id other = teller->person;
    if (same_person(&other, &me->person) ? !governance_speaks_of(all, is_theirs, &expected, &other)
                                         : !is_theirs(&expected, &other))
        return NULL;
    sort_people(&me->person, &other, people);
    return begin(node, people);
}
