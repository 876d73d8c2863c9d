/* SPDX-License-Identifier: MIT */
#include "roles.h"

#include "core/base/alloc.h"
#include "core/keys/sealing.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/writing/compose.h"
#include "groups.h"
#include "root_log.h"
#include "roster.h"
#include <stdlib.h>

/* What is about to be done to a person's memberships. */
struct change {
    struct node *node;
    struct group *group;
    enum role role;
    struct governance_member *memberships;
    size_t count, capacity;
    struct root_voice root;
};

static void change_done(struct change *change)
{
    free(change->memberships);
    root_voice_done(&change->root);
}

static const struct governance *rules(const struct change *change)
{
    return change->group->roster.governance;
}

static bool same_person(const struct person_id *a, const struct person_id *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void collect(struct change *change, const struct person_id *person)
{
    size_t count;
    const struct governance_member *all = governance_members(rules(change), &count);
    for (size_t i = 0; i < count; i++)
        if (same_person(&all[i].person, person)) {
            ARRAY_ROOM(change->memberships, change->count, change->capacity);
            change->memberships[change->count++] = all[i];
        }
}

static bool is_admin(const struct change *change, const struct governance_member *membership)
{
    struct governance_standing standing;
    return governance_standing(rules(change), &membership->device, membership->instance, &standing) && standing.admin;
}

static size_t count_admins(const struct change *change)
{
    size_t count = 0;
    for (size_t i = 0; i < change->count; i++)
        count += is_admin(change, &change->memberships[i]);
    return count;
}

bool roles_is_last_admin(const struct group *group, const struct person_id *person)
{
    bool is_one = false, others = false, admins = false;
    for (size_t i = 0; i < group->roster.count; i++) {
        const struct member *member = &group->roster.members[i];
        const bool is_admin_there = member->role == ROLE_ADMIN;
        if (same_person(&member->person, person)) {
            is_one |= is_admin_there;
            continue;
        }
        others = true;
        admins |= is_admin_there;
    }
    return is_one && others && !admins;
}

/* What the workspace's root has granted only that takes back. */
static enum error open_root(struct change *change, struct bytes passphrase)
{
    bool above = false;
    for (size_t i = 0; change->role != ROLE_ADMIN && i < change->count; i++)
        above |=
            governance_granted_above(rules(change), &change->memberships[i].device, change->memberships[i].instance);
    if (above && change->group != change->node->workspace)
        return root_voice_open_above(change->node, change->group, passphrase, &change->root);
    return root_voice_open(change->node, change->group, passphrase, &change->root);
}

/* ---------------------------------------------------------------- by the root */

static enum error write_as_root(struct change *change, enum entry_type type, struct bytes payload)
{
    return root_log_write(change->node, change->group, &change->root, type, payload);
}

/* Heads of the membership's logs, as far as they are here. */
static void cut_logs(const struct change *change, const struct governance_member *membership, struct buffer *out)
{
    const struct group *group = change->group;
    for (size_t i = 0; i < group->log_count && out->size < CUTS_MAX * CUT_SIZE; i++) {
        const struct log *log = group->logs[i];
        if (log->kind != KIND_GOVERNANCE || !log->named || log->row.head_seq <= log->row.base_seq ||
            log->row.name.instance != membership->instance || !same_key(log_author(log), &membership->device))
            continue;
        const struct cut cut = {log->root->id, log->row.head_seq, log->row.head_id};
        cut_append(&cut, out);
    }
}

/* Who had the right once and lost it gets it for what comes from now on. */
static enum error write_grant(struct change *change, const struct governance_member *membership)
{
    struct buffer from = {0}, payload = {0};
    if (governance_was_granted(rules(change), &membership->device, membership->instance))
        cut_logs(change, membership, &from);
    const struct grant grant = {membership->device, membership->instance, buffer_bytes(&from)};
    grant_encode(&grant, &payload);
    enum error err = write_as_root(change, ENTRY_GRANT, buffer_bytes(&payload));
    buffer_done(&from);
    buffer_done(&payload);
    return err;
}

static enum error write_revocations(struct change *change, const struct governance_member *membership)
{
    struct buffer grants = {0}, cut = {0};
    enum error err = OK;
    governance_open_grants(rules(change), &membership->device, membership->instance, &grants);
    cut_logs(change, membership, &cut);
    for (size_t at = 0; !err && at < grants.size; at += sizeof(struct hash)) {
        struct revocation revocation = {.cut = buffer_bytes(&cut)};
        struct buffer payload = {0};
        memcpy(revocation.grant.bytes, grants.data + at, sizeof revocation.grant.bytes);
        revocation_encode(&revocation, &payload);
        err = write_as_root(change, ENTRY_REVOKE, buffer_bytes(&payload));
        buffer_done(&payload);
    }
    buffer_done(&grants);
    buffer_done(&cut);
    groups_settle(change->node);
    return err;
}

/* ---------------------------------------------------------------- with another role */

/* The payload of that ADD. */
static enum error read_add(const struct change *change, const struct governance_source *source, struct buffer *ret)
{
    struct stored_entry stored;
    struct entry entry;
    struct hash id;
    for (size_t i = 0; i < change->group->log_count; i++) {
        const struct log *log = change->group->logs[i];
        if (!same_hash(&log->root->id, &source->log) || lookup_entry(change->node, log, source->seq, &stored) != OK ||
            entry_decode(stored.wire, &entry) != OK)
            continue;
        entry_id(&entry, &id);
        if (!same_hash(&id, &source->entry))
            continue; /* the log forked */
        buffer_append(ret, entry.payload);
        return OK;
    }
    return ERR_NOT_FOUND;
}

/* What brought it in, as an ADD says it again: the consent is the device's, or that of what is cited. */
static enum error restate(const struct change *change, const struct governance_member *membership,
                          struct buffer *before, struct add *ret)
{
    struct governance_source source;
    if (!governance_added(rules(change), &membership->device, membership->instance, &source))
        return ERR_NOT_FOUND;
    if (source.type == ENTRY_ADD) {
        enum error err = read_add(change, &source, before);
        return err ? err : add_decode(buffer_bytes(before), ret);
    }
    *ret = (struct add){.member = {.device = membership->device,
                                   .person = membership->person,
                                   .instance = membership->instance,
                                   .box = membership->box}};
    return OK;
}

/* By the root, where it is open: whoever lowers himself is no admin any more. */
static enum error write_again(struct change *change, struct bytes payload)
{
    if (change->root.of)
        return write_as_root(change, ENTRY_ADD, payload);
    compose_governance(change->node, change->group, ENTRY_ADD, payload);
    return OK;
}

/* The same membership with that role, which replaces the one before. */
static enum error write_add(struct change *change, const struct governance_member *membership, enum role role)
{
    struct buffer before = {0}, cites = {0}, payload = {0};
    struct governance_source source;
    struct add add;
    enum error err = restate(change, membership, &before, &add);
    if (!err) {
        governance_added(rules(change), &membership->device, membership->instance, &source);
        buffer_append(&cites, add.cites);
        if (cites.size <= (CITES_MAX - 1) * CITE_SIZE)
            buffer_append(&cites, BYTES_OF(source.entry.bytes));
        add.member.role = role;
        add.cites = buffer_bytes(&cites);
        add_encode(&add, &payload);
        err = write_again(change, buffer_bytes(&payload));
    }
    buffer_done(&before);
    buffer_done(&cites);
    buffer_done(&payload);
    return err;
}

/* By its ADD or LINK; an admin's is that of a member. */
static enum role added_role(const struct change *change, const struct governance_member *membership)
{
    struct governance_source source;
    bool added = governance_added(rules(change), &membership->device, membership->instance, &source);
    return added && source.role > ROLE_MEMBER ? source.role : ROLE_MEMBER;
}

/* ---------------------------------------------------------------- all of it */

static bool has_role(const struct change *change, const struct governance_member *membership)
{
    if (change->role == ROLE_ADMIN || is_admin(change, membership))
        return change->role == ROLE_ADMIN && is_admin(change, membership);
    return added_role(change, membership) == change->role;
}

static bool all_have_role(const struct change *change)
{
    for (size_t i = 0; i < change->count; i++)
        if (!has_role(change, &change->memberships[i]))
            return false;
    return true;
}

/* Whether each of them can be said again. */
static enum error check_adds(const struct change *change)
{
    enum error err = OK;
    for (size_t i = 0; !err && change->role != ROLE_ADMIN && i < change->count; i++) {
        struct buffer before = {0};
        struct add ignored;
        if (added_role(change, &change->memberships[i]) != change->role)
            err = restate(change, &change->memberships[i], &before, &ignored);
        buffer_done(&before);
    }
    return err;
}

static bool carries_workspace(const struct change *change)
{
    for (size_t i = 0; i < change->count; i++) {
        const struct member *there = roster_find(&change->node->workspace->roster, &change->memberships[i].device);
        if (there && there->role == ROLE_CARRIER)
            return true;
    }
    return false;
}

/* Only a root makes admins, or takes that back; the rest is for admins. */
static enum error get_authority(struct change *change, struct bytes passphrase)
{
    const bool is_admin_here = roster_is_admin(&change->group->roster, &change->node->identity.device);
    if (change->role != ROLE_ADMIN && count_admins(change) == 0)
        return is_admin_here ? OK : ERR_NOT_PERMITTED;
    enum error err = open_root(change, passphrase);
    return err == ERR_NO_ROOT && !is_admin_here ? ERR_NOT_PERMITTED : err;
}

static enum error check(struct change *change, const struct person_id *person, struct bytes passphrase)
{
    const struct group *group = change->group;
    if (group->kind == GROUP_DIRECT)
        return ERR_USAGE;
    if (group->roster.needs_newer)
        return ERR_NEEDS_NEWER;
    if (!change->count)
        return ERR_NOT_FOUND;
    enum error err = get_authority(change, passphrase);
    if (err)
        return err;
    if (group != change->node->workspace && change->role != ROLE_CARRIER && carries_workspace(change))
        return ERR_CARRIER;
    if (all_have_role(change))
        return ERR_EXISTS;
    if (change->role != ROLE_ADMIN && roles_is_last_admin(group, person))
        return ERR_LAST_ADMIN;
    return check_adds(change);
}

/* Who becomes a carrier must not get the keys to come, and who was one gets those there are. */
static void give_keys(struct change *change, bool were_carriers)
{
    if (!sealing_may_write(change->node, change->group))
        return; /* it was about oneself: others do it */
    if (change->role == ROLE_CARRIER)
        sealing_renew(change->node, change->group);
    for (size_t i = 0; were_carriers && i < change->count; i++)
        sealing_admit(change->node, change->group, &change->memberships[i].box);
}

static enum error carry_out(struct change *change)
{
    enum error err = OK;
    bool were_carriers = false;
    for (size_t i = 0; !err && i < change->count; i++) {
        const struct governance_member *membership = &change->memberships[i];
        bool admin = is_admin(change, membership);
        were_carriers |= membership->role == ROLE_CARRIER;
        if (change->role == ROLE_ADMIN && membership->linked)
            err = write_add(change, membership, ROLE_MEMBER); /* a LINK of who is granted does not count */
        if (!err && change->role == ROLE_ADMIN && !admin)
            err = write_grant(change, membership);
        if (change->role != ROLE_ADMIN && admin)
            err = write_revocations(change, membership);
    }
    for (size_t i = 0; !err && change->role != ROLE_ADMIN && i < change->count; i++)
        if (added_role(change, &change->memberships[i]) != change->role)
            err = write_add(change, &change->memberships[i], change->role);
    groups_settle(change->node);
    if (!err)
        give_keys(change, were_carriers && change->role != ROLE_CARRIER);
    return err;
}

/* Who has entered with the workspace's root key, and is no member: he may let himself in, as an admin. */
static enum error admit_self(struct change *change, const struct person_id *person, struct bytes passphrase)
{
    const struct identity *me = &change->node->identity;
    const struct member *office = roster_find(&change->node->workspace->roster, &me->device);
    struct buffer payload = {0}, cites = {0};
    struct add add = {.member = {.device = me->device, .person = *person, .role = ROLE_MEMBER, .box = me->box}};
    if (!change->group->is_entered || change->role != ROLE_ADMIN || change->count || !office ||
        !same_person(&office->person, person))
        return OK;
    enum error err = open_root(change, passphrase);
    if (err)
        return err;
    add.member.instance = governance_return(rules(change), &me->device, &cites);
    membership_sign(&change->group->id, &add.member, &me->secret);
    add.cites = buffer_bytes(&cites);
    add_encode(&add, &payload);
    err = write_as_root(change, ENTRY_ADD, buffer_bytes(&payload));
    root_voice_done(&change->root);
    groups_settle(change->node);
    collect(change, person);
    buffer_done(&cites);
    buffer_done(&payload);
    return err;
}

enum error roles_set(struct node *node, struct group *group, const struct person_id *person, enum role role,
                     struct bytes passphrase)
{
    struct change change = {.node = node, .group = group, .role = role};
    groups_settle(node);
    collect(&change, person);
    enum error err = admit_self(&change, person, passphrase);
    if (!err)
        err = check(&change, person, passphrase);
    if (!err)
        err = carry_out(&change);
    change_done(&change);
    return err;
}

enum error roles_revoke(struct node *node, struct group *group, const struct person_id *person, struct bytes passphrase)
{
    struct change change = {.node = node, .group = group, .role = ROLE_MEMBER};
    groups_settle(node);
    collect(&change, person);
    bool granted = count_admins(&change) > 0;
    enum error err = granted && roles_is_last_admin(group, person) ? ERR_LAST_ADMIN : OK;
    if (!err && granted)
        err = open_root(&change, passphrase);
    for (size_t i = 0; !err && granted && i < change.count; i++)
        if (is_admin(&change, &change.memberships[i]))
            err = write_revocations(&change, &change.memberships[i]);
    change_done(&change);
    return err;
}
