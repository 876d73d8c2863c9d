/* SPDX-License-Identifier: MIT */
#include "unproven.h"

#include "core/link/link.h"
#include "cuts.h"
#include "intake.h"
#include "logs.h"

#define WINDOW_MS 100
#define THICK_LINKS 4    /* in a window: fewer than that check what they get at once, */
#define THICK_ENTRIES 32 /* and so does who gets less than that */
#define WAIT_MS 100
#define WAITING_ENTRIES 64        /* on a link: far fewer than one signature may vouch for, */
#define WAITING_BYTES (64u << 10) /* and a quarter of what its author sends ahead of acknowledgements */

void unproven_note(struct node *node, struct link *link, size_t entries)
{
    struct crowd *crowd = &node->crowd;
    if (node->mono_ms - crowd->since_ms >= WINDOW_MS) {
        bool recent = node->mono_ms - crowd->since_ms < 2 * WINDOW_MS;
        crowd->thick = recent && crowd->links >= THICK_LINKS && crowd->entries >= THICK_ENTRIES;
        crowd->since_ms = node->mono_ms;
        crowd->links = crowd->entries = 0;
    }
    if (link->crowd_ms != crowd->since_ms) {
        link->crowd_ms = crowd->since_ms;
        crowd->links++;
    }
    crowd->entries += entries;
}

/* Said by its author himself, to everybody, at the end of a log that is known. */
static bool may_wait(const struct link *link, const struct intake_item *item)
{
    return item->live && !item->relay && !item->elsewhere && item->log->kind == KIND_CONTENT && item->log->row.number &&
           same_key(log_author(item->log), &link->device) && cuts_cover(item->log, item->seq);
}

bool unproven_waits(struct node *node, struct link *link)
{
    struct intake *intake = &link->intake;
    if (!node->crowd.thick || !intake->count || intake->count >= WAITING_ENTRIES || intake->arena.size >= WAITING_BYTES)
        return false;
    for (size_t i = intake->told; i < intake->count; i++)
        if (!may_wait(link, &intake->items[i]))
            return false;
    for (; intake->told < intake->count; intake->told++) {
        const struct intake_item *item = &intake->items[intake->told];
        node_notify(node, NOTICE_SHOWN_EARLY, item->log, item->seq, log_author(item->log), 0);
    }
    if (!node->crowd.until_ms)
        node->crowd.until_ms = node->mono_ms + WAIT_MS;
    node_wake_at(node, node->crowd.until_ms);
    return true;
}

bool unproven_find(const struct node *node, const struct log *log, uint64_t seq, struct bytes *ret_wire)
{
    const struct link *link = log->named ? link_to(node, log_author(log)) : NULL;
    for (size_t i = 0; link && i < link->intake.told; i++) {
        const struct intake_item *item = &link->intake.items[i];
        if (item->log != log || item->seq != seq)
            continue;
        *ret_wire = (struct bytes){link->intake.arena.data + item->at, item->size};
        return true;
    }
    return false;
}

static enum error check(struct node *node, struct link *link)
{
    enum error err = link->intake.told && !link->intake.open ? intake_finish(node, link) : OK;
    if (err)
        node_log(node, err, "a message was shown that its author did not sign: it is gone");
    return err;
}

void unproven_settle(struct node *node, struct link *link)
{
    enum error err = check(node, link);
    if (err)
        link_close(node, link, err);
    else
        intake_acknowledge(node, link);
}

void unproven_down(struct node *node, struct link *link)
{
    enum error err = check(node, link);
    (void)err; /* said, and the link is gone already */
}

void unproven_settle_log(struct node *node, const struct log *log, uint64_t seq)
{
    struct bytes wire;
    if (unproven_find(node, log, seq, &wire))
        unproven_settle(node, link_to(node, log_author(log)));
}

void unproven_time(struct node *node)
{
    uint64_t until_ms = node->crowd.until_ms;
    if (!until_ms)
        return;
    if (node->mono_ms < until_ms) {
        node_wake_at(node, until_ms);
        return;
    }
    node->crowd.until_ms = 0;
    for (size_t i = node->link_count; i-- > 0;)
        unproven_settle(node, node->links[i]);
}
