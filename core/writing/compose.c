/* SPDX-License-Identifier: MIT */
#include "compose.h"

#include "core/base/alloc.h"
#include "core/keys/keys.h"
#include "core/keys/sealing.h"
#include "core/log/logs.h"
#include "core/members/content.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "gate.h"

/* A device that was removed and let in again writes in logs of its new instance. */
static uint64_t own_instance(const struct node *node, const struct group *group)
{
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    return me ? me->instance : 1;
}

/* The newest log of this device, instance and kind: what a new sub follows. */
static const struct log *last_own(const struct node *node, const struct group *group, const struct log_name *name)
{
    const struct log *last = NULL;
    uint64_t last_hlc = 0;
    for (size_t i = 0; i < group->log_count; i++) {
        const struct log *log = group->logs[i];
        uint64_t hlc = hlc_believed(log->row.head_hlc, node->now_ms);
        if (!log->own || log->kind != name->kind || log->row.name.instance != name->instance || !log->row.head_seq ||
            !log->row.number || (last && hlc <= last_hlc))
            continue;
        last = log;
        last_hlc = hlc;
    }
    return last;
}

static struct log *open_sub(struct node *node, struct group *group, enum log_kind kind)
{
    struct log_name name = {
        .group = group->id, .device = node->identity.device, .kind = kind, .instance = own_instance(node, group)};
    struct hash id;
    random_bytes(&node->random, name.sub.bytes, sizeof name.sub.bytes);
    log_name_id(&name, &id);
    struct log *log = logs_get(node, group, &id, kind);
    logs_name(node, log, &name);
    group->own[kind] = log;
    return log;
}

/* Beyond what the others take it would be lost. */
static bool is_full(const struct log *log)
{
    return log->row.head_seq >= logs_taken_seq(log);
}

static bool may_append(const struct log *log, uint64_t instance)
{
    return !log->closed && !log->doubted && log->row.name.instance == instance && !is_full(log);
}

/* The log to append to: the one at hand, the one from the disk, or a new sub. */
static struct log *own_log(struct node *node, struct group *group, enum log_kind kind)
{
    uint64_t instance = own_instance(node, group);
    if (group->own[kind] && may_append(group->own[kind], instance))
        return group->own[kind];
    for (size_t i = 0; i < group->log_count; i++) {
        struct log *log = group->logs[i];
        if (log->own && log->kind == kind && may_append(log, instance) && log->row.number)
            return group->own[kind] = log;
    }
    return open_sub(node, group, kind);
}

static void publish(struct node *node, struct log *log, const struct entry *fields, const struct sign_secret *secret)
{
    struct buffer wire = {0};
    struct hash id;
    struct entry entry;
    uint32_t flags = ENTRY_FLAG_OWN | ENTRY_FLAG_CHECKED;
    enum error err = entry_encode(fields, secret, &wire, &id);
    if (!err)
        err = entry_decode(buffer_bytes(&wire), &entry);
    if (err)
        node_log(node, err, "an own entry could not be written");
    else {
        gate_open(log->group);
        logs_advance(node, log, &entry, &id);
        if (log->kind == KIND_GOVERNANCE)
            groups_note_governance(node, log, &entry, &flags);
        struct batch *batch = node_batch(node);
        ARRAY_ROOM(node->fresh, node->fresh_count, node->fresh_capacity);
        node->fresh[node->fresh_count].log = log;
        node->fresh[node->fresh_count].seq = entry.seq;
        node->fresh[node->fresh_count++].at = batch->entry_count;
        batch_add_entry(batch, log->row.number, log->group->number, entry.seq, flags, buffer_bytes(&wire));
        if (log->kind == KIND_CONTENT) /* what follows from it may look it up */
            content_note(node, log, &entry);
    }
    buffer_done(&wire);
}

/* Fills everything but type, payload and epoch.  Deps: the log that a new sub follows, what is answered, the tips. */
static void begin_entry(struct node *node, struct log *log, const struct dep *answers, uint64_t answers_hlc,
                        struct buffer *deps, struct entry *ret)
{
    uint64_t cause_hlc = hlc_believed(answers_hlc, node->now_ms);
    ret->log = log->id;
    ret->seq = log->row.head_seq + 1;
    ret->previous = log->row.head_id;
    const struct log *last = log->row.head_seq ? NULL : last_own(node, log->group, &log->row.name);
    if (last) {
        struct dep follows = {.log = last->root->id, .seq = last->row.head_seq};
        memcpy(follows.id, last->row.head_id.bytes, sizeof follows.id);
        dep_append(&follows, deps);
        ret->previous = last->row.head_id;
    }
    if (answers)
        dep_append(answers, deps);
    logs_collect_deps(log, log->kind, node->now_ms, deps, &cause_hlc);
    ret->deps = buffer_bytes(deps);
    ret->hlc = hlc_next(node->now_ms, node->own_hlc, cause_hlc);
    node->own_hlc = ret->hlc; /* also when it is smaller: the clock ran far ahead and was put right */
}

struct hash compose_governance(struct node *node, struct group *group, enum entry_type type, struct bytes payload)
{
    struct buffer deps = {0};
    struct log *log = own_log(node, group, KIND_GOVERNANCE);
    struct entry entry = {.version = ENTRY_VERSION, .type = type, .payload = payload};
    begin_entry(node, log, NULL, 0, &deps, &entry);
    publish(node, log, &entry, &node->identity.secret);
    buffer_done(&deps);
    return log->row.head_id;
}

enum error compose_content(struct node *node, struct group *group, enum entry_type type, struct bytes plain,
                           const struct dep *answers, uint64_t answers_hlc, struct message_ref *ret)
{
    const struct epoch_key *key;
    enum error err = sealing_provide(node, group, &key);
    if (err)
        return err;
    if (plain.size > ENTRY_SIZE_MAX - ENTRY_HEADER_MAX - SEALED_OVERHEAD - sizeof(struct signature))
        return ERR_TOO_BIG;

    struct buffer deps = {0}, sealed = {0};
    struct log *log = own_log(node, group, KIND_CONTENT);
    struct entry entry = {.version = ENTRY_VERSION, .type = type, .epoch = key->id};
    begin_entry(node, log, answers, answers_hlc, &deps, &entry);
    keys_seal(node, key, &entry, plain, &sealed);
    entry.payload = buffer_bytes(&sealed);
    publish(node, log, &entry, &node->identity.secret);
    *ret = (struct message_ref){log->id, entry.seq};
    buffer_done(&deps);
    buffer_done(&sealed);
    return OK;
}

void compose_root(struct node *node, struct group *group, const struct log_name *name, const struct sign_secret *root,
                  enum entry_type type, struct bytes payload)
{
    struct hash id;
    log_name_id(name, &id);
    struct log *log = logs_get(node, group, &id, KIND_GOVERNANCE);
    logs_name(node, log, name);
    struct entry entry = {.version = ENTRY_VERSION,
                          .type = type,
                          .log = id,
                          .seq = log->row.head_seq + 1,
                          .hlc = hlc_next(node->now_ms, log->row.head_hlc, 0),
                          .payload = payload};
    entry.previous = log->row.head_id;
    publish(node, log, &entry, root);
    group->gives_in_vain = false;
}
