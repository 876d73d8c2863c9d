/* SPDX-License-Identifier: MIT */
#include "invitees.h"

#include "core/base/alloc.h"
#include "core/keys/sealing.h"
#include "core/keys/vault.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/members/founding.h"
#include "core/members/groups.h"
#include "core/members/notes.h"
#include "core/members/roster.h"
#include "core/writing/compose.h"
#include <stdlib.h>

#define INVITEES_MAX 1024u
#define CONSENTS_MAX 1024u
#define OTHERS_MS 30000 /* until another admin's node admits whom the inviter's has not */

static bool same_person(const struct person_id *a, const struct person_id *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static const struct member *colleague(const struct node *node, const struct sign_public *device)
{
    return node->workspace ? roster_find(&node->workspace->roster, device) : NULL;
}

static void tell(struct node *node)
{
    node_notify(node, NOTICE_GROUP, NULL, 0, NULL, node_after(node));
}

/* Row: u32 group number ‖ device. */
static struct vault_key device_row(const char *kind, const struct group *group, const struct sign_public *device)
{
    uint8_t which[4 + sizeof device->bytes];
    put_u32(which, group->number);
    memcpy(which + 4, device->bytes, sizeof device->bytes);
    return vault_key(kind, BYTES_OF(which));
}

static struct group *read_device_row(struct node *node, struct bytes which, struct sign_public *ret)
{
    if (which.size != 4 + sizeof ret->bytes)
        return NULL;
    memcpy(ret->bytes, which.data + 4, sizeof ret->bytes);
    return groups_by_number(node, get_u32(which.data));
}

/* ---------------------------------------------------------------- who is invited */

static struct invitee *find_invitee(const struct group *group, const struct sign_public *device)
{
    for (size_t i = 0; i < group->invitee_count; i++)
        if (same_key(&group->invitees[i].device, device))
            return &group->invitees[i];
    return NULL;
}

static struct invitee *get_invitee(struct group *group, const struct sign_public *device)
{
    struct invitee *invitee = find_invitee(group, device);
    if (invitee || group->invitee_count >= INVITEES_MAX)
        return invitee;
    ARRAY_ROOM(group->invitees, group->invitee_count, group->invitee_capacity);
    invitee = &group->invitees[group->invitee_count++];
    *invitee = (struct invitee){.device = *device};
    return invitee;
}

/* Row: u64 hlc ‖ u64 state ‖ person ‖ device of the inviter ‖ u64 instance. */
static void store_invitee(struct node *node, const struct group *group, const struct invitee *invitee)
{
    struct buffer plain = {0};
    struct vault_key key = device_row("invitee/", group, &invitee->device);
    buffer_append_u64(&plain, invitee->hlc);
    buffer_append_u64(&plain, invitee->state);
    buffer_append(&plain, BYTES_OF(invitee->person.bytes));
    buffer_append(&plain, BYTES_OF(invitee->by.bytes));
    buffer_append_u64(&plain, invitee->instance);
    vault_put(node, &key, buffer_bytes(&plain));
    buffer_done(&plain);
}

void invitees_read(struct node *node, const struct log *log, const struct entry *entry, struct bytes plain)
{
    struct group *group = log->group;
    struct invitee_content content;
    struct member author;
    if (group->kind != GROUP_CHAT || !roster_author(&group->roster, &log->row.name, &author) || !author.was_admin ||
        invitee_decode(plain, &content) != OK)
        return;
    struct invitee *invitee = get_invitee(group, &content.device);
    if (!invitee || entry->hlc < invitee->hlc || (entry->hlc == invitee->hlc && content.state <= invitee->state))
        return; /* last in order wins */
    invitee->hlc = entry->hlc;
    invitee->state = content.state;
    invitee->instance = content.instance;
    invitee->person = content.person;
    invitee->by = *log_author(log);
    store_invitee(node, group, invitee);
    node->consents_due = true;
    tell(node);
}

void invitees_forget_one(struct node *node, struct group *group, struct bytes plain)
{
    struct invitee_content content;
    struct invitee *invitee = invitee_decode(plain, &content) == OK ? find_invitee(group, &content.device) : NULL;
    if (!invitee)
        return;
    struct vault_key key = device_row("invitee/", group, &invitee->device);
    vault_delete(node, &key);
    *invitee = group->invitees[--group->invitee_count];
    tell(node);
}

static enum error write_invitee(struct node *node, struct group *group, const struct invitee_content *content)
{
    struct buffer plain = {0};
    struct message_ref ignored;
    invitee_encode(content, &plain);
    enum error err = compose_content(node, group, ENTRY_INVITEE, buffer_bytes(&plain), NULL, 0, &ignored);
    buffer_done(&plain);
    return err;
}

/* As which it is in, or would come in. */
static uint64_t instance_of(const struct group *group, const struct sign_public *device)
{
    struct buffer ignored = {0};
    const struct member *member = roster_find(&group->roster, device);
    uint64_t instance = member ? member->instance : governance_return(group->roster.governance, device, &ignored);
    buffer_done(&ignored);
    return instance;
}

/* A carrier is told no name. */
static enum error send_invitation(struct node *node, const struct group *group, const struct member *member,
                                  enum role role)
{
    struct buffer genesis = {0};
    enum error err = founding_genesis(node, group, &genesis);
    struct note note = {.kind = NOTE_INVITATION,
                        .group = group->id,
                        .root = group->root,
                        .genesis = buffer_bytes(&genesis),
                        .instance = instance_of(group, &member->device),
                        .is_private = group->is_private,
                        .admins = BYTES_OF(node->identity.device.bytes)};
    if (role != ROLE_CARRIER)
        note.name = buffer_bytes(&group->title);
    if (!err)
        err = notes_send(node, member, &note);
    buffer_done(&genesis);
    return err;
}

enum error invitees_remember(struct node *node, const struct group *group)
{
    const struct member *me = colleague(node, &node->identity.device);
    return me ? send_invitation(node, group, me, ROLE_ADMIN) : ERR_NO_KEY;
}

static enum error invite_device(struct node *node, struct group *group, const struct member *member, enum role role)
{
    if (!notes_is_possible(node, member))
        return ERR_NO_KEY;
    const struct invitee_content content = {member->device, member->person,
                                            role == ROLE_CARRIER ? INVITEE_CARRIER : INVITEE_INVITED,
                                            instance_of(group, &member->device)};
    enum error err = write_invitee(node, group, &content);
    return err ? err : send_invitation(node, group, member, role);
}

enum error invitees_invite(struct node *node, struct group *group, const struct person_id *person, enum role role)
{
    const struct roster *office = &node->workspace->roster;
    enum error err = ERR_NOT_FOUND;
    for (size_t i = 0; i < office->count; i++) {
        const struct member *member = &office->members[i];
        if (!same_person(&member->person, person))
            continue;
        bool is_in = roster_find(&group->roster, &member->device) != NULL;
        bool reads_nothing = member->role == ROLE_CARRIER && role != ROLE_CARRIER;
        enum error invited = is_in           ? ERR_EXISTS
                             : reads_nothing ? ERR_CARRIER
                                             : invite_device(node, group, member, role);
        if (!invited || err)
            err = invited;
    }
    return err;
}

enum error invitees_withdraw(struct node *node, struct group *group, const struct person_id *person)
{
    enum error err = ERR_NOT_FOUND;
    for (size_t i = 0; i < group->invitee_count; i++) {
        const struct invitee invitee = group->invitees[i];
        const struct invitee_content content = {invitee.device, invitee.person, INVITEE_DECLINED, invitee.instance};
        if (!same_person(&invitee.person, person) || !invitee_is_open(invitee.state) ||
            roster_find(&group->roster, &invitee.device))
            continue;
        enum error withdrawn = write_invitee(node, group, &content);
        if (!withdrawn || err)
            err = withdrawn;
    }
    return err;
}

/* ---------------------------------------------------------------- who has answered */

static struct consent *find_consent(const struct node *node, const struct group *group,
                                    const struct sign_public *device)
{
    for (size_t i = 0; i < node->consent_count; i++)
        if (node->consents[i].group == group && same_key(&node->consents[i].member.device, device))
            return &node->consents[i];
    return NULL;
}

static struct consent *get_consent(struct node *node, struct group *group, const struct sign_public *device)
{
    struct consent *held = find_consent(node, group, device);
    if (!held && node->consent_count >= CONSENTS_MAX)
        return NULL;
    if (!held) {
        ARRAY_ROOM(node->consents, node->consent_count, node->consent_capacity);
        held = &node->consents[node->consent_count++];
    }
    *held = (struct consent){.group = group, .since_ms = node->mono_ms};
    held->member.device = *device;
    node->consents_due = true;
    return held;
}

/* Row: person ‖ u64 instance ‖ box key ‖ consent; empty: declined. */
static void store_consent(struct node *node, const struct consent *consent)
{
    const struct membership *member = &consent->member;
    struct buffer plain = {0};
    struct vault_key key = device_row("consent/", consent->group, &member->device);
    if (!consent->declines) {
        buffer_append(&plain, BYTES_OF(member->person.bytes));
        buffer_append_u64(&plain, member->instance);
        buffer_append(&plain, BYTES_OF(member->box.bytes));
        buffer_append(&plain, BYTES_OF(member->consent.bytes));
    }
    vault_put(node, &key, buffer_bytes(&plain));
    buffer_done(&plain);
}

/* It must be of whom the workspace knows under that key, and really his. */
void invitees_answered(struct node *node, const struct sign_public *device, const struct note *note)
{
    const struct member *author = colleague(node, device);
    struct group *group = groups_by_id(node, &note->group);
    struct membership member = note->member;
    bool declines = note->kind == NOTE_DECLINE;
    if (!author || !group || group->kind != GROUP_CHAT)
        return;
    member.device = author->device;
    member.role = ROLE_MEMBER;
    bool is_his = same_person(&member.person, &author->person) &&
                  memcmp(&member.box, &author->box, sizeof member.box) == 0 &&
                  membership_verify(&group->id, &member) == OK;
    struct consent *consent = declines || is_his ? get_consent(node, group, &author->device) : NULL;
    if (!consent)
        return;
    consent->declines = declines;
    if (!declines)
        consent->member = member;
    store_consent(node, consent);
}

/* ---------------------------------------------------------------- admitting */

static void admit(struct node *node, struct group *group, const struct membership *member, enum role role)
{
    struct add add = {.member = *member};
    struct buffer payload = {0}, cites = {0};
    governance_return(group->roster.governance, &member->device, &cites);
    add.member.role = role;
    add.cites = buffer_bytes(&cites);
    add_encode(&add, &payload);
    compose_governance(node, group, ENTRY_ADD, buffer_bytes(&payload));
    buffer_done(&cites);
    buffer_done(&payload);
    if (role != ROLE_CARRIER)
        sealing_admit(node, group, &member->box);
    tell(node);
}

static bool decline(struct node *node, struct group *group, const struct invitee *invitee)
{
    const struct invitee_content content = {invitee->device, invitee->person, INVITEE_DECLINED, invitee->instance};
    return write_invitee(node, group, &content) == OK;
}

/* The invitation of who was in once is used up: it does not let him in again. */
static bool is_invited_as(const struct invitee *invitee, const struct consent *consent)
{
    return consent->declines || invitee->instance == consent->member.instance;
}

/* True: there is nothing more to do about it. */
static bool carry_out(struct node *node, struct consent *consent)
{
    struct group *group = consent->group;
    const struct invitee *invitee = find_invitee(group, &consent->member.device);
    const struct member *member = colleague(node, &consent->member.device);
    if (!group->roster.count || group->roster.needs_newer || !group->key_count)
        return false; /* what says who is an admin may still come */
    if (roster_find(&group->roster, &consent->member.device) ||
        !roster_is_admin(&group->roster, &node->identity.device))
        return true;
    if (!invitee || !member)
        return false; /* that may still come */
    if (!invitee_is_open(invitee->state) ||
        (!consent->declines && consent->member.instance != instance_of(group, &member->device)))
        return true; /* or he was removed since he agreed */
    if (!is_invited_as(invitee, consent))
        return invitee->instance > consent->member.instance; /* else that he is invited again may still come */
    if (!node_is_me(node, &invitee->by) && node->mono_ms - consent->since_ms < OTHERS_MS) {
        node_wake_at(node, consent->since_ms + OTHERS_MS);
        return false;
    }
    if (!sealing_is_possible(node, group))
        return false;
    if (!consent->declines)
        admit(node, group, &consent->member, invitee->state == INVITEE_CARRIER ? ROLE_CARRIER : ROLE_MEMBER);
    else
        return decline(node, group, invitee);
    return true;
}

void invitees_settle(struct node *node)
{
    if (!node->consents_due || node->disk_state == ERR_DISK_FULL)
        return;
    node->consents_due = false;
    for (size_t i = node->consent_count; i-- > 0;) {
        struct consent consent = node->consents[i];
        if (!carry_out(node, &consent))
            continue;
        struct vault_key key = device_row("consent/", consent.group, &consent.member.device);
        vault_delete(node, &key);
        node->consents[i] = node->consents[--node->consent_count];
    }
}

void invitees_time(struct node *node)
{
    node->consents_due = node->consents_due || node->consent_count > 0;
}

/* ---------------------------------------------------------------- loading */

static void load_invitee(struct node *node, struct bytes which, struct bytes plain)
{
    struct sign_public device;
    struct group *group = read_device_row(node, which, &device);
    struct invitee *invitee = group && plain.size == 72 ? get_invitee(group, &device) : NULL;
    if (!invitee)
        return;
    invitee->hlc = get_u64(plain.data);
    invitee->state = get_u64(plain.data + 8);
    memcpy(invitee->person.bytes, plain.data + 16, sizeof invitee->person.bytes);
    memcpy(invitee->by.bytes, plain.data + 32, sizeof invitee->by.bytes);
    invitee->instance = get_u64(plain.data + 64);
}

static void load_consent(struct node *node, struct bytes which, struct bytes plain)
{
    struct sign_public device;
    struct group *group = read_device_row(node, which, &device);
    struct consent *consent = group && (plain.size == 120 || !plain.size) ? get_consent(node, group, &device) : NULL;
    if (!consent)
        return;
    consent->declines = !plain.size;
    if (consent->declines)
        return;
    struct membership *member = &consent->member;
    member->role = ROLE_MEMBER;
    memcpy(member->person.bytes, plain.data, sizeof member->person.bytes);
    member->instance = get_u64(plain.data + 16);
    memcpy(member->box.bytes, plain.data + 24, sizeof member->box.bytes);
    memcpy(member->consent.bytes, plain.data + 56, sizeof member->consent.bytes);
}

enum error invitees_load(struct node *node)
{
    enum error err = vault_each(node, "invitee/", load_invitee);
    return err ? err : vault_each(node, "consent/", load_consent);
}

void invitees_forget(struct node *node)
{
    free(node->consents);
    node->consents = NULL;
    node->consent_count = node->consent_capacity = 0;
    node->consents_due = false;
}
