/* SPDX-License-Identifier: MIT */
#include "fetch.h"

#include "carried.h"
#include "core/link/link.h"
#include "core/log/intake.h"
#include "core/log/logs.h"
#include "core/log/probe.h"
#include "tail.h"

#define OWING_MS 3000       /* of one that has fallen silent */
#define GOVERNANCE_MS 10000 /* without an entry of it, and content waits no longer */
#define STALLING_MS 20000   /* of one that speaks of other things: 60 KiB take as long at 3 KB/s */

static bool is_missing(const struct log *log)
{
    bool is_ours = !log->row.is_branch || log->row.number; /* what a branch not yet here brings, probe.h finds out */
    return is_ours && !log->forked && !log->unjustified && logs_wanted_seq(log) > log->row.head_seq;
}

/* How far a log may be behind and still be asked for as a live one. */
#define LIVE_ENTRIES_MAX 256

static void take_source(const struct node *node, struct log *log, struct link *link)
{
    log->source = link;
    log->progress_ms = node->mono_ms;
    link->wants++;
    log->group->fetching[log->kind]++;
}

void fetch_leave(struct log *log)
{
    log->source->wants--;
    log->group->fetching[log->kind]--;
    log->source = NULL;
}

static bool is_silent(const struct node *node, const struct link *link)
{
    return node_waited_ms(node, link_heard_ms(link)) >= OWING_MS;
}

/* Rather one from which something is heard; of those, the one with fewer logs asked of it. */
static bool is_better(const struct node *node, const struct link *link, const struct link *best)
{
    if (!best || is_silent(node, link) != is_silent(node, best))
        return !best || is_silent(node, best);
    return link->wants < best->wants;
}

/* The best open link that has more of `log` than we; not the one that is asked now. */
struct link *fetch_other_source(const struct node *node, const struct log *log)
{
    struct link *best = NULL;
    for (size_t i = 0; i < node->link_count; i++) {
        struct link *link = node->links[i];
        if (link->state == LINK_OPEN && !link->stalls && link != log->source &&
            link_peer_seq(link, log) > log->row.head_seq && !probe_find(link, log) && !link_is_too_new(link, log) &&
            is_better(node, link, best))
            best = link;
    }
    return best;
}

static void append_want(const struct node *node, struct log *log, struct link *link)
{
    take_source(node, log, link);
    buffer_append(&link->want_rows, hash_bytes(&log->id));
    buffer_append_u64(&link->want_rows, log->row.head_seq + 1);
    uint64_t held = link_peer_seq(link, log), wanted = logs_wanted_seq(log);
    buffer_append_u64(&link->want_rows, held < wanted ? held : wanted);
}

static void send_wants(struct node *node, struct link *link, const struct group *group, uint64_t flags)
{
    struct buffer *rows = &link->want_rows;
    if (rows->size && link->wants == rows->size / WANT_ROW_SIZE) /* it owed nothing before */
        link->progress_ms = node->mono_ms;
    for (size_t at = 0; at < rows->size; at += WIRE_ROWS_MAX * WANT_ROW_SIZE) {
        size_t left = rows->size - at, most = WIRE_ROWS_MAX * WANT_ROW_SIZE;
        struct wire_message message = {.type = WIRE_WANT};
        message.want.group = group->id;
        message.want.flags = flags;
        message.want.rows = (struct bytes){rows->data + at, left < most ? left : most};
        link_send(node, link, &message, 0);
    }
    rows->size = 0;
}

/* Finds a source for every log of one kind that lacks something. */
static void ask_for(struct node *node, struct group *group, enum log_kind kind)
{
    for (size_t i = 0; i < group->log_count; i++) {
        struct log *log = group->logs[i];
        struct link *link = log->kind == kind && !log->source && is_missing(log) ? fetch_other_source(node, log) : NULL;
        if (link)
            append_want(node, log, link);
    }
    for (size_t i = 0; i < node->link_count; i++)
        send_wants(node, node->links[i], group, 0);
}

/* Content waits for governance, but not for one that is only promised. */
static bool governance_comes(const struct node *node, const struct group *group)
{
    return group->fetching[KIND_GOVERNANCE] && node_waited_ms(node, group->governance_ms) < GOVERNANCE_MS;
}

bool fetch_announced(struct node *node, struct log *log, struct link *link)
{
    const struct group *group = log->group;
    bool later = log->kind == KIND_CONTENT && governance_comes(node, group);
    bool is_refused = log->kind == KIND_CONTENT && !carried_takes(node, group, 0);
    if (is_refused || !is_missing(log) || log->source || node->disk_state != OK ||
        link_peer_seq(link, log) <= log->row.head_seq || link_is_too_new(link, log))
        return false;
    if (later || log->known_seq - log->row.head_seq > LIVE_ENTRIES_MAX) {
        log->group->wants_dirty = true;
        return false;
    }
    append_want(node, log, link);
    return true;
}

void fetch_send_live(struct node *node, struct link *link, const struct group *group)
{
    send_wants(node, link, group, WANT_FLAG_LIVE);
}

/* Governance first and whole: it tells whose content may be taken. */
static void schedule_group(struct node *node, struct group *group)
{
    group->wants_dirty = false;
    if (!group->fetching[KIND_GOVERNANCE])
        group->governance_ms = node->mono_ms;
    ask_for(node, group, KIND_GOVERNANCE);
    probe_schedule(node, group, KIND_GOVERNANCE);
    if (governance_comes(node, group)) {
        node_wake_at(node, node->mono_ms + GOVERNANCE_MS);
        return;
    }
    if (!carried_takes(node, group, 0))
        return; /* until there is room again */
    tail_ask(node, group);
    ask_for(node, group, KIND_CONTENT);
    probe_schedule(node, group, KIND_CONTENT);
}

void fetch_schedule(struct node *node)
{
    if (node->disk_state != OK)
        return; /* until there is room again */
    for (size_t i = 0; i < node->group_count; i++)
        if (node->groups[i]->wants_dirty)
            schedule_group(node, node->groups[i]);
}

/* What a peer says to have sent and has not is nothing to ask it for again, or it could go on so for ever: not until it
 * tells of it anew.  But what came and could not be placed yet is asked for when it can be. */
static void note_end(struct link *link, const struct log *log, uint64_t seq)
{
    uint64_t reached = log->unjustified ? seq : intake_reached(link, log);
    link_set_peer_seq(link, log, seq < reached ? seq : reached);
}

enum error fetch_end(struct node *node, struct link *link, const struct wire_message *message)
{
    struct log *log = logs_find(node, &message->end.log);
    if (log && message->end.reason != END_STOPPED)
        probe_end(link, log);
    if (!log || log->source != link || message->end.reason == END_STOPPED) /* that was an earlier one */
        return OK;
    link->progress_ms = node->mono_ms;
    note_end(link, log, message->end.seq);
    fetch_leave(log);
    if (is_missing(log) || !log->group->fetching[log->kind])
        log->group->wants_dirty = true; /* another source, or now the content */
    return OK;
}

void fetch_link_gone(struct node *node, struct link *link)
{
    for (size_t i = 0; link->wants && i < node->log_count; i++)
        if (node->logs[i]->source == link) {
            fetch_leave(node->logs[i]);
            node->logs[i]->group->wants_dirty = true;
        }
}

static void stop_asking(struct node *node, struct link *link, struct log *log)
{
    struct wire_message message = {.type = WIRE_STOP, .stop = {log->id}};
    link_send(node, link, &message, 0);
    fetch_leave(log);
    log->group->wants_dirty = true;
}

void fetch_stop_content(struct node *node, struct group *group)
{
    for (size_t i = 0; i < group->log_count; i++)
        if (group->logs[i]->kind == KIND_CONTENT && group->logs[i]->source)
            stop_asking(node, group->logs[i]->source, group->logs[i]);
}

/* Another may send what this one owes; should it wake, it need not.  Where there is no other, what is on its way would
 * only come twice.  One that stalls is never asked again, or it could hold up the content by governance that it only
 * promises. */
static void leave_idle_source(struct node *node, struct link *link)
{
    uint64_t owing_ms = node_waited_ms(node, link->progress_ms);
    bool stalls = owing_ms >= STALLING_MS;
    if (!link->wants || owing_ms < OWING_MS || (!stalls && !is_silent(node, link)))
        return;
    if (stalls && !link->stalls) {
        link->stalls = true;
        node_log(node, ERR_SLOW, "a computer does not send what it says it has: others are asked");
    }
    for (size_t i = 0; i < node->log_count; i++)
        if (node->logs[i]->source == link && (stalls || fetch_other_source(node, node->logs[i])))
            stop_asking(node, link, node->logs[i]);
    probe_leave(node, link);
    if (stalls)
        link->progress_ms = node->mono_ms;
}

/* One that sends other things may still keep back this log: then it is asked of another. */
static void leave_idle_log(struct node *node, struct log *log)
{
    if (!log->source || node_waited_ms(node, log->progress_ms) < STALLING_MS || !fetch_other_source(node, log))
        return;
    link_set_peer_seq(log->source, log, log->row.head_seq); /* until it tells of it anew */
    stop_asking(node, log->source, log);
}

void fetch_time(struct node *node)
{
    for (size_t i = 0; i < node->link_count; i++)
        leave_idle_source(node, node->links[i]);
    for (size_t i = 0; i < node->log_count; i++)
        leave_idle_log(node, node->logs[i]);
    for (size_t i = 0; i < node->group_count; i++) {
        struct group *group = node->groups[i];
        if (group->fetching[KIND_GOVERNANCE] && !governance_comes(node, group))
            group->wants_dirty = true;
    }
    probe_time(node);
}
