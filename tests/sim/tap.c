/* SPDX-License-Identifier: MIT */
#include "tap.h"

#include "agree_epochs.h"
#include "check.h"
#include "core/base/alloc.h"
#include "core/link/link.h"
#include "core/log/logs.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "core/members/visits.h"
#include "core/state.h"
#include "world.h"
#include <stdlib.h>

#define ID_START 8

/* One ENTRIES message that was not acknowledged yet. */
struct told {
    struct buffer ids; /* the first ID_START bytes of each entry's */
    size_t size;
    struct told *next;
};

struct tap {
    struct cable *cable;
    int side;
    unsigned handshakes; /* frames of it that are still to come */
    bool keyed;
    struct noise_cipher cipher, life;
    struct buffer frame; /* begun, or several */
    struct buffer plain;
    struct told *first, *last;
    uint64_t acknowledged; /* of all that were told */
};

static struct tap *tap_of(struct cable *cable, int side)
{
    struct cable_end *end = &cable->ends[side];
    if (!end->tap) {
        end->tap = alloc_zero(1, sizeof *end->tap);
        *end->tap = (struct tap){.cable = cable, .side = side, .handshakes = side == 0 ? 2 : 1};
    }
    return end->tap;
}

static void forget_first(struct tap *tap)
{
    struct told *told = tap->first;
    tap->first = told->next;
    if (!tap->first)
        tap->last = NULL;
    buffer_done(&told->ids);
    free(told);
    tap->acknowledged++;
}

void tap_free(struct tap *tap)
{
    if (!tap)
        return;
    while (tap->first)
        forget_first(tap);
    buffer_done(&tap->frame);
    buffer_done(&tap->plain);
    free(tap);
}

void tap_learn_key(struct host *host, uint64_t name)
{
    int side;
    struct cable *cable = cable_of_link(host->world, name, &side);
    const struct tap *known = cable ? cable->ends[side].tap : NULL;
    const struct link *link = !cable || (known && known->keyed) ? NULL : link_find(host->node, name);
    if (!link || !link->send.has_key)
        return;
    struct tap *tap = tap_of(cable, side);
    tap->cipher = (struct noise_cipher){.key = link->send.key, .has_key = true};
    noise_life(&tap->cipher, &tap->life);
    tap->keyed = true;
}

void tap_lose(struct host *host)
{
    for (size_t i = 0; i < host->cable_count; i++) {
        struct tap *told = host->cables[i].cable->ends[!host->cables[i].side].tap;
        while (told && told->first) {
            host->payload_lost += told->first->size;
            forget_first(told);
        }
    }
}

/* ---------------------------------------------------------------- what is said */

static struct host *speaker(const struct tap *tap)
{
    return tap->cable->ends[tap->side].host;
}

static void check_told(const struct tap *tap, const uint8_t id[ID_START], const char *how)
{
    struct host *host = speaker(tap);
    if (!check_is_durable(host, id))
        world_fail(host->world, "%s %s an entry that is not on its disk", host->name, how);
}

/* Entries of `items`, each behind `head` bytes and a u16 size; appends the starts of their ids to `ids`, if any. */
static void read_items(const struct tap *tap, struct bytes items, size_t head, struct buffer *ids)
{
    for (size_t size; items.size >= head + 2; items.data += size, items.size -= size) {
        size = get_u16(items.data + head);
        items.data += head + 2;
        items.size -= head + 2;
        const struct entry_name *named =
            size <= items.size ? check_name(tap->cable->world, (struct bytes){items.data, size}) : NULL;
        if (!named || !named->is_entry) {
            world_fail(tap->cable->world, "%s sent what is no entry", speaker(tap)->name);
            return;
        }
        check_told(tap, named->id.bytes, "sent");
        if (ids)
            buffer_append(ids, (struct bytes){named->id.bytes, ID_START});
    }
}

static void hear_entries(struct tap *tap, struct bytes items)
{
    struct told *told = alloc_zero(1, sizeof *told);
    read_items(tap, items, 0, &told->ids);
    told->size = items.size;
    *(tap->last ? &tap->last->next : &tap->first) = told;
    tap->last = told;
    speaker(tap)->payload_sent += items.size;
}

static void hear_rows(const struct tap *tap, struct bytes rows)
{
    for (size_t at = 0; at + HAVE_ROW_SIZE <= rows.size; at += HAVE_ROW_SIZE)
        check_told(tap, rows.data + at + HAVE_ROW_SIZE - ID_START, "says that it has");
}

static bool is_refused(struct bytes refused, uint64_t number)
{
    for (size_t at = 0; at + 8 <= refused.size; at += 8)
        if (get_u64(refused.data + at) == number)
            return true;
    return false;
}

static void hear_ack(const struct tap *tap, uint64_t count, struct bytes refused)
{
    struct tap *told = tap->cable->ends[!tap->side].tap;
    struct host *host = speaker(tap);
    while (told && told->first && told->acknowledged < count) {
        const struct buffer *ids = &told->first->ids;
        bool taken = !is_refused(refused, told->acknowledged + 1);
        for (size_t at = 0; taken && at < ids->size; at += ID_START)
            check_told(tap, ids->data + at, "acknowledged");
        if (!taken)
            host->payload_lost += told->first->size;
        forget_first(told);
    }
}

/* What was said to him before he was removed may wait for the disk; and he is told that he was. */
static bool was_member(const struct node *node, const struct group *group, const struct sign_public *device)
{
    return epochs_speak_of(group->roster.governance, device) ||
           governance_was_removed(node->workspace->roster.governance, device);
}

/* Nobody hears of a group but its members, as the speaker knows them, and other homes of his own.  Who hears is who has
 * proved to be at the other end: the computer there may have lost its power since, and have begun again. */
static void check_hears_of(const struct tap *tap, const struct group *group)
{
    const struct host *listener = tap->cable->ends[!tap->side].host;
    const struct node *node = speaker(tap)->node;
    const struct link *link = node ? link_find(node, cable_link(tap->cable, tap->side)) : NULL;
    if (!link || !group || group == node->workspace || node_is_me(node, &link->device) ||
        roster_find(&group->roster, &link->device) || visits_allow(node, group, &link->device) ||
        was_member(node, group, &link->device))
        return;
    world_fail(tap->cable->world, "%s let %s know of a group", speaker(tap)->name, listener->name);
}

static void check_group(const struct tap *tap, const struct hash *id)
{
    const struct node *node = speaker(tap)->node;
    check_hears_of(tap, node ? groups_by_id(node, id) : NULL);
}

static void check_log(const struct tap *tap, const struct hash *id)
{
    const struct node *node = speaker(tap)->node;
    const struct log *log = node ? logs_find(node, id) : NULL;
    check_hears_of(tap, log ? log->group : NULL);
}

static void check_digests(const struct tap *tap, struct bytes rows)
{
    for (size_t at = 0; at + DIGEST_ROW_SIZE <= rows.size; at += DIGEST_ROW_SIZE) {
        struct hash id;
        memcpy(id.bytes, rows.data + at, sizeof id.bytes);
        check_group(tap, &id);
    }
}

/* Answers and news.  Questions are about what the other has told, which it therefore knows, and so are the answers that
 * say nothing. */
static void check_secrecy(const struct tap *tap, const struct wire_message *message)
{
    switch (message->type) {
    case WIRE_DIGESTS:
        check_digests(tap, message->digests);
        return;
    case WIRE_HAVE:
        if (message->have.rows.size || !(message->have.flags & HAVE_FLAG_ASK))
            check_group(tap, &message->have.group);
        return;
    case WIRE_ANNOUNCE:
        check_group(tap, &message->announce.group);
        return;
    case WIRE_LOG:
        check_group(tap, &message->log.name.group);
        return;
    case WIRE_TAIL:
        if (message->tail.items.size)
            check_group(tap, &message->tail.group);
        return;
    case WIRE_IDS:
        if (message->ids.rows.size)
            check_log(tap, &message->ids.log);
        return;
    case WIRE_PAYLOADS:
        if (message->payloads.items.size)
            check_log(tap, &message->payloads.log);
        return;
    default:
        return;
    }
}

static void hear_message(struct tap *tap, const struct wire_message *message, bool *ret_rekey)
{
    switch (message->type) {
    case WIRE_ENTRIES:
        hear_entries(tap, message->entries.items);
        return;
    case WIRE_TAIL:
        read_items(tap, message->tail.items, 4, NULL);
        speaker(tap)->payload_sent += message->tail.items.size;
        return;
    case WIRE_PAYLOADS:
        speaker(tap)->payload_sent += message->payloads.items.size;
        return;
    case WIRE_HAVE:
        hear_rows(tap, message->have.rows);
        return;
    case WIRE_ANNOUNCE:
        hear_rows(tap, message->announce.rows);
        return;
    case WIRE_ACK:
        hear_ack(tap, message->ack.count, message->ack.refused);
        return;
    case WIRE_REKEY:
        *ret_rekey = true;
        return;
    default:
        return;
    }
}

/* ---------------------------------------------------------------- frames */

static void hear_frame(struct tap *tap, struct bytes sealed)
{
    struct wire_message message;
    bool rekey = false;
    if (tap->handshakes) {
        tap->handshakes--;
        return;
    }
    if (!tap->keyed) /* the link ended in the step in which it began */
        return;
    tap->plain.size = 0;
    bool is_life = sealed.size == AEAD_TAG_SIZE;
    if (noise_decrypt(is_life ? &tap->life : &tap->cipher, sealed, &tap->plain) != OK) {
        world_fail(tap->cable->world, "%s sent a frame under another key", speaker(tap)->name);
        return;
    }
    struct reader in = {.left = buffer_bytes(&tap->plain)};
    while (in.left.size && wire_decode(&in, &message) == OK) {
        check_secrecy(tap, &message);
        hear_message(tap, &message, &rekey);
    }
    if (in.left.size)
        world_fail(tap->cable->world, "%s sent what is no message", speaker(tap)->name);
    if (rekey)
        noise_rekey(&tap->cipher);
}

void tap_bytes(struct cable *cable, int side, struct bytes bytes)
{
    struct tap *tap = tap_of(cable, side);
    size_t at = 0;
    buffer_append(&tap->frame, bytes);
    while (tap->frame.size - at >= 2) {
        size_t size = get_u16(tap->frame.data + at);
        if (tap->frame.size - at < 2 + size)
            break;
        hear_frame(tap, (struct bytes){tap->frame.data + at + 2, size});
        at += 2 + size;
    }
    buffer_cut_front(&tap->frame, at);
}
