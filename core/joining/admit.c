/* SPDX-License-Identifier: MIT */
#include "admit.h"

#include "core/base/cbor.h"
#include "core/keys/sealing.h"
#include "core/keys/vault.h"
#include "core/link/link.h"
#include "core/members/groups.h"
#include "core/members/names.h"
#include "core/members/roster.h"
#include "core/peers/peers.h"
#include "core/peers/sightings.h"
#include "core/writing/compose.h"
#include "device_link.h"

#define REMEMBERED_MS (7ull * 24 * 3600 * 1000) /* how long an ended code is still refused by its own words */
#define UNKNOWN_AFTER_MS 6000                   /* all computers at hand were asked: time for mDNS to show others */

/* ---------------------------------------------------------------- codes */

static void code_key(const struct code *code, struct secret_key *ret)
{
    struct buffer text = {0};
    words_code_text(code, &text);
    if (crypto_password_key(buffer_bytes(&text), text_bytes("zuruf-invite-v1"), ret))
        memset(ret, 0, sizeof *ret); /* only without 64 MiB: the code then fits nothing */
    buffer_wipe(&text);
}

static void store_invite(struct node *node, const struct invite *invite)
{
    struct buffer plain = {0};
    struct vault_key key = vault_key("invite/", BYTES_OF(invite->id));
    write_array(&plain, 7);
    write_bytes(&plain, BYTES_OF(invite->psk.bytes));
    write_uint(&plain, invite->role);
    write_uint(&plain, invite->expires_ms);
    write_bool(&plain, invite->used);
    write_bytes(&plain, BYTES_OF(invite->used_by.bytes));
    write_uint(&plain, invite->kind);
    write_bytes(&plain, BYTES_OF(invite->person.bytes));
    vault_put(node, &key, buffer_bytes(&plain));
    buffer_wipe(&plain);
}

/* Five items: of a version that knew only codes for new people. */
static void load_invite(struct node *node, struct bytes which, struct bytes plain)
{
    struct reader in = {.left = plain};
    struct invite invite = {0};
    size_t items = read_array(&in, 7);
    read_fixed(&in, invite.psk.bytes, sizeof invite.psk.bytes);
    invite.role = read_uint(&in);
    invite.expires_ms = read_uint(&in);
    invite.used = read_bool(&in);
    read_fixed(&in, invite.used_by.bytes, sizeof invite.used_by.bytes);
    if (items > 5) {
        invite.kind = (enum invite_kind)read_uint(&in);
        read_fixed(&in, invite.person.bytes, sizeof invite.person.bytes);
    }
    read_end(&in);
    if (in.failed || which.size != sizeof invite.id || node->invite_count == INVITES_MAX)
        return;
    memcpy(invite.id, which.data, sizeof invite.id);
    node->invites[node->invite_count++] = invite;
}

enum error admit_load(struct node *node)
{
    return vault_each(node, "invite/", load_invite);
}

static void forget_join(struct node *node)
{
    buffer_done(&node->join.chats);
    crypto_wipe(&node->join, sizeof node->join);
}

void admit_done(struct node *node)
{
    crypto_wipe(node->invites, sizeof node->invites);
    node->invite_count = 0;
    forget_join(node);
}

static bool is_over(const struct node *node, const struct invite *invite)
{
    return invite->used || node->now_ms >= invite->expires_ms;
}

static void drop_invite(struct node *node, size_t index)
{
    struct vault_key key = vault_key("invite/", BYTES_OF(node->invites[index].id));
    vault_delete(node, &key);
    node->invites[index] = node->invites[--node->invite_count];
    for (size_t i = 0; i < node->link_count; i++) /* links name invites by their place */
        if (node->links[i]->invite == index + 1 || node->links[i]->invite == node->invite_count + 1)
            node->links[i]->invite = node->links[i]->invite == index + 1 ? SIZE_MAX : index + 1;
}

/* Makes room: codes that ended long ago, then the one that ended first.  ERR_LIMIT: all are open. */
static enum error invite_room(struct node *node)
{
    size_t ended = SIZE_MAX;
    for (size_t i = node->invite_count; i-- > 0;)
        if (is_over(node, &node->invites[i]) && node->now_ms >= node->invites[i].expires_ms + REMEMBERED_MS)
            drop_invite(node, i);
    if (node->invite_count < INVITES_MAX)
        return OK;
    for (size_t i = 0; i < node->invite_count; i++)
        if (is_over(node, &node->invites[i]) &&
            (ended == SIZE_MAX || node->invites[i].expires_ms < node->invites[ended].expires_ms))
            ended = i;
    if (ended == SIZE_MAX)
        return ERR_LIMIT;
    drop_invite(node, ended);
    return OK;
}

static enum error may_invite(const struct node *node, const struct command *command)
{
    if (command->invite == INVITE_DEVICE)
        return device_link_check(node);
    if (!node->workspace)
        return ERR_NO_WORKSPACE;
    if (!roster_is_admin(&node->workspace->roster, &node->identity.device))
        return ERR_NOT_PERMITTED;
    if (command->role != ROLE_MEMBER && command->role != ROLE_READER && command->role != ROLE_CARRIER)
        return ERR_NOT_PERMITTED;
    return OK;
}

static void invite_create(struct node *node, const struct command *command)
{
    struct code code;
    struct person_id person = {{0}};
    enum error err = may_invite(node, command);
    if (!err && command->invite == INVITE_AGAIN)
        err = names_find(node, command->name, &person);
    if (!err)
        err = invite_room(node);
    if (err) {
        node_reply(node, command->id, err, 0);
        return;
    }
    struct invite *invite = &node->invites[node->invite_count++];
    *invite = (struct invite){
        .kind = command->invite, .person = person, .role = command->role, .expires_ms = command->expires_ms};
    random_bytes(&node->random, invite->id, sizeof invite->id);
    for (size_t i = 0; i < CODE_WORDS; i++)
        code.words[i] = (uint16_t)random_below(&node->random, 2048);
    code_key(&code, &invite->psk);
    store_invite(node, invite);
    peers_announce(node, false);
    node_reply(node, command->id, OK, node_after(node));
    struct effect *reply = &node->effects->items[node->effects->count - 1];
    reply->code = code;
    reply->expires_ms = invite->expires_ms;
}

/* ---------------------------------------------------------------- the inviter */

/* With the code that it has used, since its WELCOME was lost; who was removed since needs another. */
static bool comes_back(const struct node *node, const struct invite *invite, const struct link *link)
{
    return invite->used && same_key(&invite->used_by, &link->device) &&
           !governance_was_removed(node->workspace->roster.governance, &link->device);
}

/* As which a device comes in, for the first time or again; appends what its ADD has to cite. */
static uint64_t next_instance(const struct node *node, const struct sign_public *device, struct buffer *cites)
{
    struct buffer ignored = {0};
    uint64_t instance = governance_return(node->workspace->roster.governance, device, cites ? cites : &ignored);
    buffer_done(&ignored);
    return instance;
}

enum error admit_greet_joiner(struct node *node, struct link *link)
{
    if (link->invite > node->invite_count)
        return ERR_CODE_EXPIRED; /* forgotten since its first message came */
    const struct invite *invite = &node->invites[link->invite - 1];
    bool back = comes_back(node, invite, link);
    if (!back && invite->used)
        return ERR_CODE_USED;
    if (!back && node->now_ms >= invite->expires_ms)
        return ERR_CODE_EXPIRED;
    if (invite->kind == INVITE_DEVICE)
        return device_link_offer(node, link);
    if (!roster_is_admin(&node->workspace->roster, &node->identity.device))
        return ERR_MAY_NOT_ADMIT;

    struct wire_message message = {.type = WIRE_INVITED};
    link->invited_person = invite->person;
    if (invite->kind == INVITE_PERSON)
        random_bytes(&node->random, link->invited_person.bytes, sizeof link->invited_person.bytes);
    message.invited.group = node->workspace->id;
    message.invited.person = link->invited_person;
    message.invited.instance = next_instance(node, &link->device, NULL);
    link_send(node, link, &message, 0);
    return OK;
}

static void send_welcome(struct node *node, struct link *link)
{
    const struct group *group = node->workspace;
    struct buffer rows = {0};
    struct wire_message message = {.type = WIRE_WELCOME};
    peers_rows(node, &rows);
    message.welcome.group = group->id;
    message.welcome.root = group->root;
    message.welcome.key = group->workspace_key;
    message.welcome.addresses = buffer_bytes(&rows);
    link_send(node, link, &message, node_after(node));
    buffer_done(&rows);
}

static void use_code(struct node *node, const struct link *link)
{
    struct invite *invite = &node->invites[link->invite - 1];
    invite->used = true;
    invite->used_by = link->device;
    store_invite(node, invite);
    peers_announce(node, false);
}

/* ADD, KEYSHARE, the name of somebody new, and "code used": one batch. */
static enum error admit_member(struct node *node, struct link *link, struct membership *member, struct bytes name)
{
    struct group *group = node->workspace;
    struct buffer payload = {0}, cites = {0};
    struct message_ref ignored;
    struct add add = {.member = *member};
    enum error err = OK;
    if (!sealing_is_possible(node, group))
        return ERR_MAY_NOT_ADMIT;
    next_instance(node, &member->device, &cites);
    add.cites = buffer_bytes(&cites);
    add_encode(&add, &payload);
    buffer_done(&cites);
    compose_governance(node, group, ENTRY_ADD, buffer_bytes(&payload));
    payload.size = 0;
    if (member->role != ROLE_CARRIER) /* who has the workspace's key from WELCOME, and needs no other */
        sealing_admit(node, group, &member->box);
    if (name.size) {
        struct profile profile = {member->person, name};
        profile_encode(&profile, &payload);
        err = compose_content(node, group, ENTRY_PROFILE, buffer_bytes(&payload), NULL, 0, &ignored);
    }
    buffer_done(&payload);
    use_code(node, link);
    return err;
}

/* The code may have been used by another, or forgotten, since it was greeted. */
static enum error check_code(const struct node *node, const struct link *link, bool links)
{
    if (link->invite > node->invite_count)
        return ERR_CODE_EXPIRED;
    const struct invite *invite = &node->invites[link->invite - 1];
    if (links != (invite->kind == INVITE_DEVICE))
        return ERR_MALFORMED;
    if (node->disk_state == ERR_DISK_FULL)
        return ERR_DISK_FULL; /* nothing is written any more */
    return invite->used && !comes_back(node, invite, link) ? ERR_CODE_USED : OK;
}

/* A name nobody has; of somebody who is known it is known, too, and *ret stays empty. */
static enum error choose_name(const struct node *node, const struct link *link, struct bytes name, struct buffer *ret)
{
    struct person_id other;
    if (node->invites[link->invite - 1].kind == INVITE_AGAIN)
        return OK;
    if (text_clean_name(name, ret))
        return ERR_NAME_BAD;
    return names_find(node, buffer_bytes(ret), &other) != ERR_NOT_FOUND ? ERR_NAME_TAKEN : OK;
}

enum error admit_join(struct node *node, struct link *link, const struct wire_message *message)
{
    struct group *group = node->workspace;
    struct buffer name = {0};
    struct membership member = {.device = link->device, .person = link->invited_person};
    enum error err = check_code(node, link, false);
    if (err)
        return err;
    member.instance = next_instance(node, &link->device, NULL);
    member.role = node->invites[link->invite - 1].role;
    member.box = message->join.box;
    member.consent = message->join.consent;

    if (!roster_find(&group->roster, &link->device)) { /* else its WELCOME was lost: say it again */
        err = membership_verify(&group->id, &member);
        if (!err)
            err = choose_name(node, link, message->join.name, &name);
        if (!err)
            err = admit_member(node, link, &member, buffer_bytes(&name));
    }
    if (!err)
        send_welcome(node, link);
    link->invite = SIZE_MAX; /* one JOIN a link */
    buffer_done(&name);
    return err;
}

enum error admit_consented(struct node *node, struct link *link, const struct wire_message *message)
{
    enum error err = check_code(node, link, true);
    if (!err)
        err = device_link_bring_in(node, link, message);
    if (err)
        return err;
    use_code(node, link);
    send_welcome(node, link);
    link->invite = SIZE_MAX;
    return OK;
}

/* ---------------------------------------------------------------- the joiner */

static void finish_join(struct node *node, enum error err, uint64_t after)
{
    node_reply(node, node->join.command, err, after);
    forget_join(node);
    peers_forget_joins(node);
}

/* Who was welcomed, and whose ADD went with an inviter's disk, is in a workspace that does not know him: he may come in
 * again, as may who was removed. */
static bool is_in_workspace(const struct node *node)
{
    const struct group *group = node->workspace;
    return group && !node->dismissal.instance && roster_find(&group->roster, &node->identity.device);
}

static void join(struct node *node, const struct command *command)
{
    enum error err = !node->identity.exists ? ERR_NO_IDENTITY : is_in_workspace(node) ? ERR_EXISTS : OK;
    if (!err && node->join.active)
        err = ERR_BUSY;
    if (err) {
        node_reply(node, command->id, err, 0);
        return;
    }
    node->join = (struct join){.active = true,
                               .links = command->links,
                               .command = command->id,
                               .started_ms = node->mono_ms,
                               .deadline_ms = command->deadline_ms};
    code_key(&command->code, &node->join.psk);
    for (size_t i = 0; i < command->address_count; i++)
        peers_try_join(node, &command->addresses[i]);
    sightings_review(node);
    peers_announce(node, true); /* shakes answers out of mDNS */
    node_wake_at(node, node->join.deadline_ms);
}

/* Everyone who could be asked has been. */
static bool nobody_left(const struct node *node)
{
    size_t asked = 0;
    for (size_t i = 0; i < node->peer_count; i++) {
        if (node->peers[i]->for_join && !node->peers[i]->refused)
            return false;
        asked += node->peers[i]->refused;
    }
    return asked > 0;
}

static bool can_write(const struct node *node)
{
    const struct group *group = node->workspace;
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    if (node->dismissal.instance)
        return false; /* that it is let in again has not come yet */
    if (me && me->role == ROLE_CARRIER)
        return true; /* it will never write */
    bool has_name = me && (!node->join.links || names_person(node, &me->person).size);
    return group->title.size && sealing_key(node->workspace) && has_name;
}

void admit_settle(struct node *node)
{
    if (node->join.active && node->join.welcomed && can_write(node))
        finish_join(node, OK, node_after(node));
}

void admit_time(struct node *node)
{
    const struct join *joining = &node->join;
    if (!joining->active)
        return;
    bool asked_all = !joining->welcomed && node->mono_ms - joining->started_ms >= UNKNOWN_AFTER_MS && nobody_left(node);
    if (node->mono_ms >= joining->deadline_ms || asked_all)
        finish_join(node, joining->welcomed ? OK : ERR_CODE_UNKNOWN, 0);
    else
        node_wake_at(node, joining->deadline_ms < node->mono_ms + 500 ? joining->deadline_ms : node->mono_ms + 500);
}

/* Nobody asked for it any more, or the code is of another kind than was meant. */
static bool refuses(struct node *node, bool links)
{
    if (node->join.active && node->join.links == links)
        return false;
    if (node->join.active)
        finish_join(node, links ? ERR_CODE_LINKS : ERR_CODE_INVITES, 0);
    return true;
}

enum error admit_invited(struct node *node, struct link *link, const struct wire_message *message)
{
    struct membership member = {.device = node->identity.device, .box = node->identity.box};
    if (refuses(node, false))
        return ERR_CLOSED;
    member.person = message->invited.person;
    member.instance = message->invited.instance;
    membership_sign(&message->invited.group, &member, &node->identity.secret);

    struct wire_message answer = {.type = WIRE_JOIN};
    answer.join.name = buffer_bytes(&node->identity.name);
    answer.join.box = member.box;
    answer.join.consent = member.consent;
    link_send(node, link, &answer, 0);
    return OK;
}

enum error admit_offered(struct node *node, struct link *link, const struct wire_message *message)
{
    if (refuses(node, true))
        return ERR_CLOSED;
    device_link_answer(node, link, message);
    return OK;
}

enum error admit_welcome(struct node *node, const struct wire_message *message)
{
    if (!node->join.active || node->join.welcomed)
        return ERR_CLOSED;
    if (node->workspace && !same_hash(&node->workspace->id, &message->welcome.group)) {
        finish_join(node, ERR_EXISTS, 0);
        return ERR_CLOSED;
    }
    if (!node->workspace)
        groups_create_workspace(node, &message->welcome.group, &message->welcome.root, &message->welcome.key);
    device_link_begin_chats(node);
    peers_told(node, message->welcome.addresses);
    node->join.welcomed = true;
    peers_forget_joins(node);
    sightings_review(node);
    node_notify(node, NOTICE_WORKSPACE, NULL, 0, NULL, node_after(node));
    peers_announce(node, false);
    return ERR_CLOSED; /* and comes back under the workspace key */
}

void admit_bye(struct node *node, struct link *link, enum error reason)
{
    bool final = reason == ERR_CODE_EXPIRED || reason == ERR_CODE_USED || reason == ERR_NAME_TAKEN ||
                 reason == ERR_NAME_BAD || reason == ERR_MAY_NOT_ADMIT;
    if (link->state == LINK_JOINING && node->join.active && final)
        finish_join(node, reason, 0);
}

/* ---------------------------------------------------------------- commands */

void admit_command(struct node *node, const struct command *command)
{
    if (command->type == COMMAND_INVITE_CREATE)
        invite_create(node, command);
    else
        join(node, command);
}
