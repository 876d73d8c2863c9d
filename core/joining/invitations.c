/* SPDX-License-Identifier: MIT */
#include "invitations.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/keys/vault.h"
#include "core/members/groups.h"
#include "core/members/leaving.h"
#include "core/members/names.h"
#include "core/members/notes.h"
#include "core/members/roster.h"
#include <stdlib.h>

#define INVITATIONS_MAX 512u
#define PER_INVITER_MAX 64u /* that were not accepted */
#define OTHERS_MAX 16u
#define AGAIN_MS 3000 /* between two answers to one: who invites all the time is not answered all the time */
#define UNASKED_MAX (GROUPS_MAX / 2) /* so that no admin can fill up what a person wants to begin himself */

static const struct member *colleague(const struct node *node, const struct sign_public *device)
{
    return node->workspace ? roster_find(&node->workspace->roster, device) : NULL;
}

static void tell(struct node *node)
{
    node_notify(node, NOTICE_GROUP, NULL, 0, NULL, node_after(node));
}

static struct invitation *find(const struct node *node, const struct hash *group)
{
    for (size_t i = 0; i < node->invitation_count; i++)
        if (same_hash(&node->invitations[i].group, group))
            return &node->invitations[i];
    return NULL;
}

/* Row: "invited/" ‖ group. */
static void store(struct node *node, const struct invitation *invitation)
{
    struct buffer plain = {0};
    struct vault_key key = vault_key("invited/", hash_bytes(&invitation->group));
    write_array(&plain, 9);
    write_bytes(&plain, BYTES_OF(invitation->root.bytes));
    write_uint(&plain, invitation->instance);
    write_bool(&plain, invitation->is_private);
    write_bytes(&plain, BYTES_OF(invitation->inviter.bytes));
    write_bytes(&plain, buffer_bytes(&invitation->admins));
    write_bytes(&plain, buffer_bytes(&invitation->others));
    write_uint(&plain, invitation->state);
    write_text(&plain, buffer_bytes(&invitation->name));
    write_uint(&plain, invitation->hlc);
    vault_put(node, &key, buffer_bytes(&plain));
    buffer_done(&plain);
}

static struct invitation *append(struct node *node, const struct hash *group)
{
    ARRAY_ROOM(node->invitations, node->invitation_count, node->invitation_capacity);
    struct invitation *invitation = &node->invitations[node->invitation_count++];
    *invitation = (struct invitation){.group = *group};
    return invitation;
}

/* ---------------------------------------------------------------- being invited */

static size_t count_by(const struct node *node, const struct sign_public *inviter)
{
    size_t count = 0;
    for (size_t i = 0; i < node->invitation_count; i++)
        count += node->invitations[i].state != INVITATION_ACCEPTED && same_key(&node->invitations[i].inviter, inviter);
    return count;
}

/* NULL: there are enough. */
static struct invitation *place_for(struct node *node, const struct sign_public *author, const struct hash *group)
{
    struct invitation *held = find(node, group);
    if (!held && (node->invitation_count >= INVITATIONS_MAX || count_by(node, author) >= PER_INVITER_MAX))
        return NULL;
    return held ? held : append(node, group);
}

/* Also who was removed since: what he wrote before holds, whenever it comes here, and whom an admin has let in after it
 * is a member. */
static bool may_invite(const struct node *node, const struct sign_public *author)
{
    return colleague(node, author) || governance_was_removed(node->workspace->roster.governance, author);
}

/* Else he who consents could sign for another group than he is told, or wait for one with a false root for ever. */
static bool is_founded_so(const struct note *note)
{
    struct genesis genesis;
    struct hash id;
    genesis_group_id(&note->root, note->genesis, &id);
    return same_hash(&id, &note->group) && genesis_decode(note->genesis, &genesis) == OK;
}

static bool is_member_of(const struct node *node, const struct hash *id)
{
    const struct group *group = groups_by_id(node, id);
    return group && roster_find(&group->roster, &node->identity.device);
}

/* Whose invitations need no question: an admin's of the workspace, and those by this person's other devices. */
static bool decides_for(const struct node *node, const struct sign_public *inviter)
{
    const struct member *me = colleague(node, &node->identity.device), *other = colleague(node, inviter);
    bool is_own = me && other && memcmp(&me->person, &other->person, sizeof me->person) == 0;
    return other && (is_own || roster_is_admin(&node->workspace->roster, inviter));
}

static void take(struct node *node, struct invitation *invitation, const struct sign_public *author, uint64_t hlc,
                 const struct note *note, struct bytes name)
{
    bool is_own = node_is_me(node, author);                 /* of a group that it founded, on a disk since put back */
    bool agreed = invitation->instance == note->instance && /* before, and was not let in */
                  (invitation->state == INVITATION_ACCEPTED || invitation->wanted);
    invitation->root = note->root;
    invitation->instance = note->instance;
    invitation->is_private = note->is_private;
    invitation->inviter = *author;
    invitation->hlc = hlc;
    invitation->state = is_own ? INVITATION_ACCEPTED : INVITATION_OPEN;
    invitation->name.size = invitation->admins.size = 0;
    buffer_append(&invitation->name, name);
    buffer_append(&invitation->admins, note->admins);
    invitation->wanted = !is_own && (agreed || decides_for(node, author));
}

static bool lists(const struct buffer *devices, const struct sign_public *device)
{
    for (size_t at = 0; at < devices->size; at += sizeof *device)
        if (memcmp(devices->data + at, device, sizeof *device) == 0)
            return true;
    return false;
}

/* Nobody can tell who of them may admit: so each is answered, and none can keep this device from the others. */
static void take_another(struct node *node, struct invitation *invitation, const struct sign_public *author)
{
    bool is_listed = lists(&invitation->admins, author) || lists(&invitation->others, author);
    if (!is_listed && invitation->others.size >= OTHERS_MAX * sizeof *author)
        return;
    if (!is_listed)
        buffer_append(&invitation->others, BYTES_OF(author->bytes));
    if (invitation->state == INVITATION_ACCEPTED || decides_for(node, author))
        invitation->wanted = true;
}

void invitations_noted(struct node *node, const struct sign_public *author, uint64_t hlc, const struct note *note)
{
    struct buffer name = {0};
    bool is_named = !note->name.size || text_clean_name(note->name, &name) == OK; /* a carrier is told no name */
    bool is_fine = is_named && may_invite(node, author) && is_founded_so(note) && !is_member_of(node, &note->group);
    struct invitation *invitation = is_fine ? place_for(node, author, &note->group) : NULL;
    if (invitation) {
        bool is_new = !invitation->admins.size || invitation->state == INVITATION_DECLINED ||
                      note->instance > invitation->instance; /* was in it, and is to come back */
        if (is_new || same_key(&invitation->inviter, author))
            take(node, invitation, author, hlc, note, buffer_bytes(&name));
        else
            take_another(node, invitation, author);
        node->invitations_due = true;
        store(node, invitation);
        tell(node);
    }
    buffer_done(&name);
}

/* ---------------------------------------------------------------- answering */

static enum error answer_each(struct node *node, const struct buffer *devices, const struct note *note)
{
    enum error err = ERR_NOT_FOUND;
    for (size_t at = 0; at < devices->size; at += sizeof(struct sign_public)) {
        struct sign_public device;
        memcpy(device.bytes, devices->data + at, sizeof device.bytes);
        const struct member *admin = colleague(node, &device);
        enum error sent = admin ? notes_send(node, admin, note) : ERR_NOT_FOUND;
        if (!sent || err)
            err = sent;
    }
    return err;
}

/* To all whom the workspace knows of those that may admit.  ERR_NOT_FOUND: to none. */
static enum error answer(struct node *node, const struct invitation *invitation, const struct note *note)
{
    enum error err = answer_each(node, &invitation->admins, note);
    enum error others = answer_each(node, &invitation->others, note);
    return err ? others : err;
}

static void close_with(struct node *node, struct invitation *invitation, enum invitation_state state)
{
    invitation->state = state;
    invitation->wanted = false;
    store(node, invitation);
    tell(node);
}

static struct group *begin_group(struct node *node, const struct invitation *invitation)
{
    struct group *group = groups_create_chat(node, &invitation->group, &invitation->root, invitation->is_private);
    if (group && invitation->name.size)
        names_set_title(node, group, 0, buffer_bytes(&invitation->name), (struct bytes){0});
    return group;
}

struct group *invitations_expect(struct node *node, const struct link *link, const struct hash *id)
{
    const struct invitation *invitation = find(node, id);
    return invitation && colleague(node, &link->device) ? begin_group(node, invitation) : NULL;
}

static enum error consent(struct node *node, struct invitation *invitation)
{
    const struct member *me = colleague(node, &node->identity.device);
    struct note note = {.kind = NOTE_CONSENT, .group = invitation->group};
    if (!me || !notes_is_possible(node, me))
        return ERR_NO_KEY;
    struct group *group = groups_by_id(node, &invitation->group);
    if (!group)
        group = begin_group(node, invitation);
    if (!group)
        return ERR_LIMIT;
    leaving_cancel(node, &group->id);
    note.member.device = node->identity.device;
    note.member.person = me->person;
    note.member.instance = invitation->instance;
    note.member.box = node->identity.box;
    membership_sign(&group->id, &note.member, &node->identity.secret);
    enum error err = answer(node, invitation, &note);
    if (!err)
        close_with(node, invitation, INVITATION_ACCEPTED);
    if (!err)
        invitation->consented_ms = node->mono_ms;
    return err;
}

enum error invitations_accept(struct node *node, const struct hash *group)
{
    struct invitation *invitation = find(node, group);
    if (!invitation || invitation->state == INVITATION_ACCEPTED)
        return ERR_NOT_FOUND;
    return consent(node, invitation);
}

enum error invitations_decline(struct node *node, const struct hash *group)
{
    struct invitation *invitation = find(node, group);
    struct note note = {.kind = NOTE_DECLINE, .group = *group};
    if (!invitation || invitation->state != INVITATION_OPEN)
        return ERR_NOT_FOUND;
    enum error err = answer(node, invitation, &note);
    if (err == ERR_NO_KEY)
        return err;
    close_with(node, invitation, INVITATION_DECLINED); /* also where nobody can be told */
    return OK;
}

static void consent_unasked(struct node *node, struct invitation *invitation)
{
    bool has_room = node->group_count < UNASKED_MAX || groups_by_id(node, &invitation->group);
    if (invitation->consented_ms && node->mono_ms - invitation->consented_ms < AGAIN_MS) {
        node->invitations_due = true;
        node_wake_at(node, invitation->consented_ms + AGAIN_MS);
    } else if (!has_room || consent(node, invitation) == ERR_LIMIT) {
        invitation->wanted = false; /* he may make room, and accept it himself */
    }
}

/* The person has left since, on another device.  Without a key it is tried again with the next one. */
static void decline_unasked(struct node *node, struct invitation *invitation)
{
    invitation->wanted = invitations_decline(node, &invitation->group) == ERR_NO_KEY;
}

void invitations_judge(struct node *node)
{
    for (size_t i = 0; i < node->invitation_count; i++) {
        struct invitation *invitation = &node->invitations[i];
        bool is_free = invitation->state == INVITATION_OPEN && decides_for(node, &invitation->inviter);
        invitation->wanted = invitation->wanted || is_free;
        node->invitations_due = node->invitations_due || invitation->wanted;
    }
}

/* What needs no question, and who agreed before and is asked again. */
void invitations_settle(struct node *node)
{
    if (!node->invitations_due || node->disk_state == ERR_DISK_FULL)
        return;
    node->invitations_due = false;
    for (size_t i = 0; i < node->invitation_count; i++) {
        struct invitation *invitation = &node->invitations[i];
        bool is_open = invitation->wanted || invitation->state == INVITATION_OPEN;
        if (is_open && leaving_is_later(node, &invitation->group, invitation->hlc))
            decline_unasked(node, invitation);
        else if (invitation->wanted)
            consent_unasked(node, invitation);
    }
}

/* ---------------------------------------------------------------- loading */

static void load_invitation(struct node *node, struct bytes which, struct bytes plain)
{
    struct reader in = {.left = plain};
    struct invitation read = {0};
    read_array_of(&in, 9);
    read_fixed(&in, read.root.bytes, sizeof read.root.bytes);
    read.instance = read_uint(&in);
    read.is_private = read_bool(&in);
    read_fixed(&in, read.inviter.bytes, sizeof read.inviter.bytes);
    struct bytes admins = read_bytes(&in, NOTE_ADMINS_MAX * sizeof read.root.bytes);
    struct bytes others = read_bytes(&in, OTHERS_MAX * sizeof read.root.bytes);
    read.state = (enum invitation_state)read_uint(&in);
    struct bytes name = read_text(&in, NAME_MAX_SIZE);
    read.hlc = read_uint(&in);
    read_end(&in);
    if (in.failed || which.size != sizeof read.group.bytes)
        return;
    memcpy(read.group.bytes, which.data, sizeof read.group.bytes);
    buffer_append(&read.admins, admins);
    buffer_append(&read.others, others);
    buffer_append(&read.name, name);
    *append(node, &read.group) = read;
}

enum error invitations_load(struct node *node)
{
    enum error err = vault_each(node, "invited/", load_invitation);
    invitations_judge(node); /* what was not answered before the end */
    return err;
}

void invitations_forget(struct node *node)
{
    for (size_t i = 0; i < node->invitation_count; i++) {
        buffer_done(&node->invitations[i].name);
        buffer_done(&node->invitations[i].admins);
        buffer_done(&node->invitations[i].others);
    }
    free(node->invitations);
    node->invitations = NULL;
    node->invitation_count = node->invitation_capacity = 0;
    node->invitations_due = false;
}
