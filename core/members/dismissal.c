/* SPDX-License-Identifier: MIT */
#include "dismissal.h"

#include "core/keys/vault.h"
#include "core/log/branches.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/node_query.h"
#include "names.h"
#include "roster.h"

/* Who signed it: device ‖ u64 instance ‖ sub.  The entry follows. */
#define AUTHOR_SIZE (32 + 8 + 8)

/* ---------------------------------------------------------------- telling */

/* The REMOVE that put the device out, as it lies here. */
static bool find_removal(const struct node *node, const struct sign_public *device, struct governance_removal *ret,
                         struct stored_entry *ret_stored)
{
    struct hash id;
    if (!node->workspace || !governance_removal_of(node->workspace->roster.governance, device, ret))
        return false;
    log_name_id(&ret->log, &id);
    struct log *log = logs_find(node, &id);
    log = log ? branches_holder(node, log, ret->seq, ret->id.bytes, sizeof ret->id.bytes) : NULL;
    return log && lookup_entry(node, log, ret->seq, ret_stored) == OK;
}

void dismissal_write(const struct node *node, const struct sign_public *device, struct buffer *out)
{
    struct governance_removal removal;
    struct stored_entry stored;
    if (!find_removal(node, device, &removal, &stored))
        return;
    buffer_append(out, BYTES_OF(removal.log.device.bytes));
    buffer_append_u64(out, removal.log.instance);
    buffer_append(out, BYTES_OF(removal.log.sub.bytes));
    buffer_append(out, stored.wire);
}

/* ---------------------------------------------------------------- being told */

struct proof {
    struct log_name log;
    struct entry entry;
    struct removal removal;
};

/* Whether it is a REMOVE of that device in the workspace, by whom it says. */
static enum error read_proof(const struct node *node, struct bytes bytes, struct proof *ret)
{
    struct hash log;
    if (bytes.size <= AUTHOR_SIZE)
        return ERR_MALFORMED;
    ret->log = (struct log_name){.group = node->workspace->id, .kind = KIND_GOVERNANCE};
    memcpy(ret->log.device.bytes, bytes.data, sizeof ret->log.device.bytes);
    ret->log.instance = get_u64(bytes.data + 32);
    memcpy(ret->log.sub.bytes, bytes.data + 40, sizeof ret->log.sub.bytes);
    log_name_id(&ret->log, &log);
    enum error err = entry_decode((struct bytes){bytes.data + AUTHOR_SIZE, bytes.size - AUTHOR_SIZE}, &ret->entry);
    if (!err && (!same_hash(&log, &ret->entry.log) || ret->entry.type != ENTRY_REMOVE || ret->entry.payload_missing))
        err = ERR_MALFORMED;
    if (!err)
        err = entry_check_payload(&ret->entry);
    if (!err)
        err = entry_verify(&ret->entry, &ret->log.device);
    return err ? err : removal_decode(ret->entry.payload, &ret->removal);
}

/* By what is known here, which may be old: the one who did it may be an admin since. */
static bool may_remove(const struct node *node, const struct sign_public *device)
{
    const struct group *workspace = node->workspace;
    const struct roster *roster = &workspace->roster;
    const struct member *me = roster_find(roster, &node->identity.device), *by = roster_find(roster, device);
    return same_key(device, &workspace->root) || roster_is_admin(roster, device) ||
           (me && by && governance_joined(roster->governance, &me->device, me->instance, &by->device, by->instance));
}

static bool is_of_me(const struct node *node, const struct proof *proof)
{
    const struct member *me = roster_find(&node->workspace->roster, &node->identity.device);
    return node_is_me(node, &proof->removal.device) && me && me->instance == proof->removal.instance;
}

/* It has more to tell than the chain here leads to, so it is kept by itself. */
static void believe(struct node *node, const struct proof *proof)
{
    node->dismissal = (struct dismissal){
        .instance = proof->removal.instance, .by = proof->log.device, .time_ms = hlc_ms(proof->entry.hlc)};
    entry_id(&proof->entry, &node->dismissal.removal);
    node_notify(node, NOTICE_WORKSPACE, NULL, 0, NULL, node_after(node));
}

static const char row_kind[] = "dismissal/";

void dismissal_told(struct node *node, struct bytes bytes)
{
    struct proof proof;
    if (!node->workspace || node->dismissal.instance || read_proof(node, bytes, &proof) != OK ||
        !is_of_me(node, &proof) || !may_remove(node, &proof.log.device))
        return;
    struct vault_key key = vault_key(row_kind, (struct bytes){0});
    vault_put(node, &key, bytes);
    believe(node, &proof);
}

/* The REMOVE has come, and does not count: what its author might do was taken back. */
static bool is_undone(const struct node *node)
{
    enum governance_rule rule;
    const struct governance *workspace = node->workspace->roster.governance;
    return governance_verdict(workspace, &node->dismissal.removal, &rule) == OK && rule != RULE_COUNTS;
}

void dismissal_settle(struct node *node)
{
    const struct member *me = node->workspace ? roster_find(&node->workspace->roster, &node->identity.device) : NULL;
    if (!node->dismissal.instance || !me || (me->instance <= node->dismissal.instance && !is_undone(node)))
        return;
    struct vault_key key = vault_key(row_kind, (struct bytes){0});
    vault_delete(node, &key);
    node->dismissal = (struct dismissal){0};
    node_notify(node, NOTICE_WORKSPACE, NULL, 0, NULL, node_after(node));
}

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct proof proof;
    if (!which.size && node->workspace && read_proof(node, plain, &proof) == OK)
        believe(node, &proof);
}

enum error dismissal_load(struct node *node)
{
    return vault_each(node, row_kind, load);
}

/* ---------------------------------------------------------------- asked */

/* By what is here of the log, else by what the BYE brought. */
static bool find_dismissal(const struct node *node, struct dismissal *ret)
{
    struct governance_removal removal;
    struct stored_entry stored;
    struct entry entry;
    *ret = node->dismissal;
    if (!find_removal(node, &node->identity.device, &removal, &stored) || entry_decode(stored.wire, &entry) != OK)
        return ret->instance;
    *ret = (struct dismissal){.instance = removal.instance, .by = removal.log.device, .time_ms = hlc_ms(entry.hlc)};
    return true;
}

bool node_dismissal(const struct node *node, struct node_dismissal *ret)
{
    struct dismissal found;
    if (!node->workspace || !find_dismissal(node, &found))
        return false;
    const struct roster *roster = &node->workspace->roster;
    const struct member *by = roster_find(roster, &found.by);
    *ret = (struct node_dismissal){.device = found.by, .time_ms = found.time_ms};
    ret->by_root = same_key(&found.by, &node->workspace->root);
    ret->by_self = node_is_me(node, &found.by);
    if (by) {
        ret->person = by->person;
        ret->name = names_person(node, &by->person);
    }
    return true;
}
