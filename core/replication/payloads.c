/* SPDX-License-Identifier: MIT */
#include "payloads.h"

#include "carried.h"
#include "compare.h"
#include "core/link/link.h"
#include "core/log/gaps.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/members/content.h"
#include "core/members/groups.h"
#include "core/writing/batch.h"

#define OWING_MS 3000          /* until the next peer is asked */
#define NEWS_MS 1000           /* between two times that who asked in vain is told of news */
#define ANSWER_MAX (60u << 10) /* bytes of items in an answer, but for a single larger one: it fits one frame */
#define LOOKED_AT_MAX 2000     /* entries in a step */

/* ---------------------------------------------------------------- asking */

struct question {
    const struct log *log;
    struct buffer seqs;
    size_t answer;    /* its largest size */
    size_t looked_at; /* entries */
    bool full;
};

static bool is_missing(const struct node *node, const struct log *log, uint64_t seq, uint64_t *ret_size)
{
    struct stored_entry stored;
    struct entry entry;
    if (lookup_entry(node, log, seq, &stored) != OK || entry_decode(stored.wire, &entry) != OK)
        return false;
    *ret_size = entry.payload_size;
    return entry.payload_missing;
}

/* Adds what of `gap`, up to `last`, this peer may have and was not asked for, and moves its mark on. */
static void add_gap(const struct node *node, struct link *link, struct gap *gap, uint64_t last,
                    struct question *question)
{
    struct asked_payloads *asked = &link->payloads;
    uint64_t seq = asked->serial == gap->serial && asked->seq >= gap->from ? asked->seq + 1 : gap->from;
    uint64_t has = compare_may_read(node, gap->log->group, link) ? link_peer_seq(link, gap->log) : 0;
    for (; seq <= last && seq <= has && !question->full; seq++) {
        uint64_t size = 0;
        if (is_missing(node, gap->log, seq, &size)) {
            size += PAYLOAD_ITEM_HEAD;
            question->full = question->seqs.size && question->answer + size > ANSWER_MAX;
            if (question->full)
                break;
            buffer_append_u64(&question->seqs, seq);
            question->answer += size;
            question->log = gap->log;
            gap->asked = true;
        }
        question->full = question->seqs.size >= WANTP_MAX * 8 || ++question->looked_at >= LOOKED_AT_MAX;
    }
    if (!question->full && has < last && !asked->passed_over)
        asked->passed_over = gap->serial;
    asked->serial = gap->serial;
    asked->seq = question->full ? seq - 1 : last;
}

/* The first gap that is not before the mark. */
static size_t first_gap(const struct missing *missing, uint64_t serial)
{
    size_t low = 0, high = missing->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (missing->gaps[middle].serial < serial)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* One question is about one log, and about what is durable without its payload. */
static void gather(const struct node *node, struct link *link, struct question *question)
{
    const struct missing *missing = &node->missing;
    bool more = true;
    for (size_t i = first_gap(missing, link->payloads.serial); i < missing->count && more; i++) {
        struct gap *gap = &missing->gaps[i];
        uint64_t durable = gap->log->durable_seq;
        if (gap->serial == link->payloads.serial && gap->to <= link->payloads.seq)
            continue;
        if (durable < gap->from || (question->log && question->log != gap->log))
            return;
        add_gap(node, link, gap, durable < gap->to ? durable : gap->to, question);
        more = !question->full && durable >= gap->to;
    }
}

/* False: there is nothing to ask this peer for. */
static bool ask(struct node *node, struct link *link)
{
    struct asked_payloads *asked = &link->payloads;
    struct question question = {0};
    if (link->state != LINK_OPEN || asked->owed)
        return false;
    gather(node, link, &question);
    if (question.seqs.size) {
        struct wire_message message = {.type = WIRE_WANTP, .wantp = {question.log->id, buffer_bytes(&question.seqs)}};
        link_send(node, link, &message, 0);
        asked->owed = true;
        node->missing.source = link;
        node->missing.asked_ms = node->mono_ms;
        node_wake_at(node, node->mono_ms + OWING_MS);
    } else if (question.full) {
        node_wake_at(node, node->mono_ms + 1);
    }
    buffer_done(&question.seqs);
    return node->missing.source != NULL;
}

static void ask_somebody(struct node *node)
{
    for (size_t i = 0; i < node->link_count; i++)
        if (ask(node, node->links[(node->missing.turn + i) % node->link_count])) {
            node->missing.turn = (node->missing.turn + i) % node->link_count;
            return;
        }
}

/* It has some that it had not: all is asked of it again, but not too often. */
static void begin_again(struct node *node, struct link *link)
{
    struct asked_payloads *asked = &link->payloads;
    if (!asked->has_news)
        return;
    if (node->mono_ms < asked->again_ms) {
        node_wake_at(node, asked->again_ms);
        return;
    }
    asked->has_news = false;
    asked->again_ms = node->mono_ms + NEWS_MS;
    asked->serial = asked->seq = asked->passed_over = 0;
}

void payloads_peer_has(struct link *link)
{
    struct asked_payloads *asked = &link->payloads;
    if (!asked->passed_over)
        return;
    asked->serial = asked->passed_over;
    asked->seq = asked->passed_over = 0;
}

void payloads_readers_changed(struct node *node)
{
    node->missing.has_news = true;
    for (size_t i = 0; node->missing.count && i < node->link_count; i++)
        payloads_peer_has(node->links[i]);
}

/* ---------------------------------------------------------------- news */

static void tell_news(struct node *node)
{
    struct missing *missing = &node->missing;
    if (!missing->has_news)
        return;
    if (node->mono_ms < missing->news_ms) {
        node_wake_at(node, missing->news_ms);
        return;
    }
    missing->has_news = false;
    for (size_t i = 0; i < node->link_count; i++) {
        struct link *link = node->links[i];
        struct wire_message message = {.type = WIRE_PAYLOADS, .payloads = {.flags = PAYLOADS_FLAG_NEWS}};
        if (link->state != LINK_OPEN || !link->payloads.lacks)
            continue;
        link->payloads.lacks = false;
        link_send(node, link, &message, node_after(node));
        missing->news_ms = node->mono_ms + NEWS_MS;
    }
}

void payloads_schedule(struct node *node)
{
    struct missing *missing = &node->missing;
    tell_news(node);
    if (!missing->count || node->disk_state != OK)
        return;
    for (size_t i = 0; i < node->link_count; i++)
        begin_again(node, node->links[i]);
    if (missing->source && node_waited_ms(node, missing->asked_ms) >= OWING_MS) {
        missing->source = NULL; /* its answer is welcome all the same; until then it is asked nothing more */
        missing->turn++;
    }
    if (missing->source)
        node_wake_at(node, node->mono_ms + OWING_MS - node_waited_ms(node, missing->asked_ms));
    else if (node->link_count)
        ask_somebody(node);
}

void payloads_link_gone(struct node *node, const struct link *link)
{
    if (node->missing.source == link)
        node->missing.source = NULL;
}

/* ---------------------------------------------------------------- answering */

enum holding { HERE, SOON, NOT_HERE };

/* Adds the payload of a durable entry.  One that the disk has changed is not passed on. */
static enum holding append_payload(const struct node *node, const struct log *log, uint64_t seq, struct buffer *items)
{
    const struct storage *storage = node->storage;
    struct stored_entry stored;
    struct entry entry;
    uint64_t size;
    if (seq <= log->row.base_seq || seq > logs_told_seq(log) || storage->begin(storage->ctx) != OK ||
        storage->get_entry(storage->ctx, log->row.number, seq, &stored) != OK ||
        entry_decode(stored.wire, &entry) != OK)
        return NOT_HERE;
    if (entry.payload_missing || entry_check_payload(&entry) != OK)
        return is_missing(node, log, seq, &size) ? NOT_HERE : SOON;
    if (items->size && items->size + PAYLOAD_ITEM_HEAD + entry.payload.size > ANSWER_MAX)
        return HERE; /* whoever asks for more than fits may ask again */
    buffer_append_u64(items, seq);
    buffer_append_u16(items, (uint16_t)entry.payload.size);
    buffer_append(items, entry.payload);
    return HERE;
}

void payloads_wanted(struct node *node, struct link *link, const struct wire_message *message)
{
    const struct log *log = logs_find(node, &message->wantp.log);
    bool allowed =
        log && log->named && log->kind == KIND_CONTENT && !log->hidden && compare_may_read(node, log->group, link);
    struct buffer items = {0};
    link->payloads.lacks = link->payloads.lacks || !allowed;
    for (size_t at = 0; allowed && at < message->wantp.seqs.size; at += 8) {
        enum holding holding = append_payload(node, log, get_u64(message->wantp.seqs.data + at), &items);
        link->payloads.lacks = link->payloads.lacks || holding != HERE;
        node->missing.has_news = node->missing.has_news || holding == SOON;
    }
    struct wire_message answer = {.type = WIRE_PAYLOADS, .payloads = {message->wantp.log, 0, buffer_bytes(&items)}};
    link_send(node, link, &answer, 0);
    buffer_done(&items);
}

/* ---------------------------------------------------------------- taking */

static void mend(struct node *node, struct log *log, struct gap *gap, const struct entry *entry, struct bytes wire)
{
    gaps_fill(node, gap, entry->seq);
    carried_note(log->group, entry->payload.size);
    batch_add_payload(node_batch(node), log->row.number, entry->seq, wire);
    content_note(node, log, entry);
    node_notify(node, NOTICE_COMPLETED, log, entry->seq, log_author(log), node_after(node));
    node->missing.has_news = true;
}

/* What is not, or no longer, missing is passed over. */
static enum error take(struct node *node, struct log *log, uint64_t seq, struct bytes payload)
{
    struct gap *gap = seq <= log->durable_seq ? gaps_find(node, log, seq) : NULL;
    struct stored_entry stored;
    struct entry entry;
    if (!gap || lookup_entry(node, log, seq, &stored) != OK || entry_decode(stored.wire, &entry) != OK ||
        !entry.payload_missing)
        return OK;
    struct buffer wire = {0};
    buffer_append(&wire, stored.wire);
    buffer_append(&wire, payload);
    bool fits = payload.size == entry.payload_size && entry_decode(buffer_bytes(&wire), &entry) == OK &&
                entry_check_payload(&entry) == OK;
    if (fits)
        mend(node, log, gap, &entry, buffer_bytes(&wire));
    buffer_done(&wire);
    return fits ? OK : ERR_MALFORMED;
}

static enum error take_items(struct node *node, struct log *log, struct bytes left)
{
    enum error err = OK;
    while (!err && left.size) {
        size_t size = left.size > PAYLOAD_ITEM_HEAD ? get_u16(left.data + 8) : 0;
        if (size == 0 || size > left.size - PAYLOAD_ITEM_HEAD)
            return ERR_MALFORMED;
        err = take(node, log, get_u64(left.data), (struct bytes){left.data + PAYLOAD_ITEM_HEAD, size});
        left.data += PAYLOAD_ITEM_HEAD + size;
        left.size -= PAYLOAD_ITEM_HEAD + size;
    }
    return err;
}

enum error payloads_came(struct node *node, struct link *link, const struct wire_message *message)
{
    struct missing *missing = &node->missing;
    struct log *log = logs_find(node, &message->payloads.log);
    if (message->payloads.flags & PAYLOADS_FLAG_NEWS) {
        link->payloads.has_news = true;
        return OK;
    }
    link->payloads.owed = false;
    if (missing->source == link) {
        missing->source = NULL;
        missing->turn += !message->payloads.items.size; /* the next one is asked first */
    }
    bool may_store = log && node->disk_state == OK && carried_takes(node, log->group, 0);
    return may_store ? take_items(node, log, message->payloads.items) : OK;
}
