/* SPDX-License-Identifier: MIT */
#include "labels.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/keys/vault.h"
#include "core/log/logs.h"
#include "core/writing/compose.h"
#include "roster.h"
#include <stdlib.h>

static struct label *find(const struct node *node, const struct sign_public *device)
{
    for (size_t i = 0; i < node->label_count; i++)
        if (same_key(&node->labels[i].device, device))
            return &node->labels[i];
    return NULL;
}

struct bytes labels_of(const struct node *node, const struct sign_public *device)
{
    const struct label *label = find(node, device);
    return label ? buffer_bytes(&label->name) : (struct bytes){0};
}

static void set(struct node *node, const struct sign_public *device, uint64_t hlc, struct bytes name)
{
    struct label *label = find(node, device);
    if (!label) {
        ARRAY_ROOM(node->labels, node->label_count, node->label_capacity);
        label = &node->labels[node->label_count++];
        *label = (struct label){.device = *device};
    }
    label->hlc = hlc;
    label->name.size = 0;
    buffer_append(&label->name, name);
}

static struct vault_key row_key(const struct sign_public *device)
{
    return vault_key("label/", BYTES_OF(device->bytes));
}

/* ---------------------------------------------------------------- what is told */

/* Of two at the same time, by two copies of one device, the greater, so that all agree. */
static bool is_later(uint64_t hlc, struct bytes name, const struct label *held)
{
    return !held || hlc > held->hlc || (hlc == held->hlc && bytes_compare(name, buffer_bytes(&held->name)) > 0);
}

void labels_read(struct node *node, const struct log *log, const struct entry *entry, struct bytes plain)
{
    const struct sign_public *device = log_author(log);
    struct buffer name = {0}, row = {0};
    struct member author;
    struct bytes told;
    if (log->group == node->workspace && roster_author(&log->group->roster, &log->row.name, &author) &&
        label_decode(plain, &told) == OK && text_clean_name(told, &name) == OK &&
        is_later(entry->hlc, buffer_bytes(&name), find(node, device))) {
        struct vault_key key = row_key(device);
        set(node, device, entry->hlc, buffer_bytes(&name));
        buffer_append_u64(&row, entry->hlc);
        buffer_append(&row, buffer_bytes(&name));
        vault_put(node, &key, buffer_bytes(&row));
        node_notify(node, NOTICE_ROSTER, NULL, 0, NULL, 0);
    }
    buffer_done(&name);
    buffer_done(&row);
}

void labels_forget_one(struct node *node, const struct log *log)
{
    struct label *label = log->group == node->workspace ? find(node, log_author(log)) : NULL;
    struct vault_key key = row_key(log_author(log));
    if (!label)
        return;
    vault_delete(node, &key);
    buffer_done(&label->name);
    *label = node->labels[--node->label_count];
}

/* ---------------------------------------------------------------- saying it */

static enum error may_say(const struct node *node)
{
    const struct roster *office = node->workspace ? &node->workspace->roster : NULL;
    const struct member *me = office ? roster_find(office, &node->identity.device) : NULL;
    if (!office)
        return ERR_NO_WORKSPACE;
    if (office->needs_newer)
        return ERR_NEEDS_NEWER;
    return !me ? ERR_NO_KEY : me->role == ROLE_CARRIER ? ERR_NOT_PERMITTED : OK;
}

static enum error say(struct node *node, struct bytes raw)
{
    struct buffer name = {0}, plain = {0};
    struct message_ref ignored;
    enum error err = may_say(node);
    if (!err)
        err = text_clean_name(raw, &name);
    if (!err && !bytes_equal(labels_of(node, &node->identity.device), buffer_bytes(&name))) {
        label_encode(buffer_bytes(&name), &plain);
        err = compose_content(node, node->workspace, ENTRY_LABEL, buffer_bytes(&plain), NULL, 0, &ignored);
    }
    buffer_done(&name);
    buffer_done(&plain);
    return err;
}

void labels_command(struct node *node, const struct command *command)
{
    enum error err = say(node, command->name);
    node_reply(node, command->id, err, err ? 0 : node_after(node));
}

/* ---------------------------------------------------------------- loading */

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct sign_public device;
    if (which.size != sizeof device.bytes || plain.size < 8)
        return;
    memcpy(device.bytes, which.data, sizeof device.bytes);
    set(node, &device, get_u64(plain.data), (struct bytes){plain.data + 8, plain.size - 8});
}

enum error labels_load(struct node *node)
{
    return vault_each(node, "label/", load);
}

void labels_forget(struct node *node)
{
    for (size_t i = 0; i < node->label_count; i++)
        buffer_done(&node->labels[i].name);
    free(node->labels);
    node->labels = NULL;
    node->label_count = node->label_capacity = 0;
}
