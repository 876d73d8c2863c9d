/* SPDX-License-Identifier: MIT */
#include "presence.h"

#include "alloc.h"
#include "link.h"
#include "peers.h"
#include "roster.h"
#include <stdlib.h>

#define PRESENCES_MAX 2048
#define NEWS_MS 30 /* news that come together are told together */
#define CHECK_MS 1000
#define COMPARE_MS 10000
#define FALLEN_MS 3000 /* a link that broke may be back by then */
#define TWIN_SIGNS 2
#define PATIENCE_MS 8000                    /* with a device to which a link should stand */
#define PATIENCE_MAX_MS (10u * 60u * 1000u) /* with one that refutes, though we cannot reach it */
#define GONE_MS 30000                       /* for so long old news that it is there are known to be old */

struct presence *presence_find(const struct node *node, const struct sign_public *device)
{
    return table_get(&node->office.by_device, device->bytes);
}

bool presence_is_online(const struct presence *presence)
{
    return presence->links > 0 || presence->state == PRESENCE_UP;
}

/* ---------------------------------------------------------------- the table */

/* Room by forgetting somebody who is not there. */
static bool make_room(struct office *office)
{
    for (size_t i = 0; i < office->count; i++) {
        struct presence *presence = office->presences[i];
        if (presence->links || presence->state != PRESENCE_AWAY)
            continue;
        table_remove(&office->by_device, presence->device.bytes);
        free(presence);
        office->presences[i] = office->presences[--office->count];
        return true;
    }
    return false;
}

static struct presence *get(struct node *node, const struct sign_public *device)
{
    struct office *office = &node->office;
    struct presence *presence = presence_find(node, device);
    if (presence || node_is_me(node, device) || (office->count >= PRESENCES_MAX && !make_room(office)))
        return presence;
    presence = alloc_zero(1, sizeof *presence);
    presence->device = *device;
    presence->patience_ms = PATIENCE_MS;
    presence->is_member = node->workspace && roster_find(&node->workspace->roster, device);
    ARRAY_ROOM(office->presences, office->count, office->capacity);
    office->presences[office->count++] = presence;
    table_put(&office->by_device, device->bytes, presence);
    return presence;
}

void presence_done(struct node *node)
{
    struct office *office = &node->office;
    for (size_t i = 0; i < office->count; i++)
        free(office->presences[i]);
    free(office->presences);
    table_done(&office->by_device);
    *office = (struct office){0};
}

void presence_start(struct node *node)
{
    node->office.by_device.salt = get_u64(node->event->random);
    node->office.incarnation = node->now_ms;
}

static void note_change(struct node *node)
{
    node->office.changed = true;
    node_wake_at(node, node->office.choose_ms > node->mono_ms ? node->office.choose_ms : node->mono_ms);
}

static void have_news(struct node *node)
{
    struct office *office = &node->office;
    if (!office->has_news)
        office->news_ms = node->mono_ms + NEWS_MS;
    office->has_news = true;
    node_wake_at(node, office->news_ms);
}

static void set_state(struct node *node, struct presence *presence, enum presence_state state, uint64_t incarnation)
{
    bool was_online = presence_is_online(presence);
    presence->state = state;
    presence->incarnation = incarnation;
    presence->gone_ms = state == PRESENCE_GONE ? node->mono_ms : 0;
    if (presence_is_online(presence) != was_online)
        note_change(node);
}

static void tell_all(struct node *node, struct presence *presence, uint64_t teller)
{
    presence->is_news = true;
    presence->teller = teller;
    have_news(node);
}

static void declare_gone(struct node *node, struct presence *presence)
{
    set_state(node, presence, PRESENCE_GONE, presence->incarnation);
    if (presence->patience_ms < PATIENCE_MAX_MS)
        presence->patience_ms *= 2;
    tell_all(node, presence, 0);
}

static void learn_address(struct node *node, struct presence *presence, const struct address *address)
{
    if (!address->port || presence->address.port)
        return;
    presence->address = *address;
    peers_recognise(node, address, &presence->device);
    if (presence->is_member)
        note_change(node);
}

void presence_hint(struct node *node, const struct sign_public *device, const struct address *address)
{
    struct presence *presence = get(node, device);
    if (presence && address->scope == 0)
        learn_address(node, presence, address);
}

void presence_roster_changed(struct node *node)
{
    struct office *office = &node->office;
    const struct roster *roster = node->workspace ? &node->workspace->roster : NULL;
    for (size_t i = 0; i < office->count; i++)
        office->presences[i]->is_member = false;
    for (size_t i = 0; roster && i < roster->count; i++) {
        struct presence *presence = presence_find(node, &roster->members[i].device);
        if (presence)
            presence->is_member = true;
    }
    note_change(node);
}

/* ---------------------------------------------------------------- telling */

static bool is_loopback(const struct address *address)
{
    static const uint8_t mapped[13] = {[10] = 0xff, [11] = 0xff, [12] = 127}, six[16] = {[15] = 1};
    return memcmp(address->ip, mapped, sizeof mapped) == 0 || memcmp(address->ip, six, sizeof six) == 0;
}

static void append_row(const struct link *link, const struct sign_public *device, uint64_t incarnation,
                       enum presence_state state, const struct address *address, struct buffer *rows)
{
    static const struct address nowhere;
    if (is_loopback(address) && !is_loopback(&link->address)) /* that would be the listener himself */
        address = &nowhere;
    buffer_append(rows, BYTES_OF(device->bytes));
    buffer_append_u64(rows, incarnation);
    buffer_append_byte(rows, (uint8_t)state);
    buffer_append(rows, BYTES_OF(address->ip));
    buffer_append_u16(rows, address->port);
}

static void append_self(const struct node *node, const struct link *link, struct buffer *rows)
{
    static const struct address as_you_see_me;
    append_row(link, &node->identity.device, node->office.incarnation, PRESENCE_UP, &as_you_see_me, rows);
}

static void append_presence(const struct link *link, const struct presence *presence, struct buffer *rows)
{
    append_row(link, &presence->device, presence->incarnation, presence->state, &presence->address, rows);
}

static void add_to_hash(uint8_t sum[8], const struct sign_public *device, uint64_t incarnation)
{
    uint8_t number[8];
    struct hash hash;
    put_u64(number, incarnation);
    const struct bytes parts[] = {BYTES_OF(device->bytes), BYTES_OF(number)};
    crypto_hash_parts(parts, 2, &hash);
    for (size_t i = 0; i < 8; i++)
        sum[i] ^= hash.bytes[i];
}

/* Of everybody who is there, the node itself included. */
static void hash_all(const struct node *node, uint8_t sum[8])
{
    const struct office *office = &node->office;
    memset(sum, 0, 8);
    add_to_hash(sum, &node->identity.device, office->incarnation);
    for (size_t i = 0; i < office->count; i++)
        if (office->presences[i]->state == PRESENCE_UP)
            add_to_hash(sum, &office->presences[i]->device, office->presences[i]->incarnation);
}

static void send(struct node *node, struct link *link, uint64_t flags, struct bytes rows)
{
    const size_t most = WIRE_ROWS_MAX * PRESENCE_ROW_SIZE;
    do {
        size_t size = rows.size < most ? rows.size : most;
        struct wire_message message = {.type = WIRE_PRESENCE};
        message.presence.flags = size == rows.size ? flags : 0;
        message.presence.rows = (struct bytes){rows.data, size};
        if (message.presence.flags & (PRESENCE_FLAG_COMPARE | PRESENCE_FLAG_ANSWER))
            hash_all(node, message.presence.hash);
        link_send(node, link, &message, 0);
        rows.data = rows.size > size ? rows.data + size : NULL; /* no offset into rows that are none */
        rows.size -= size;
    } while (rows.size);
}

static bool may_know(const struct node *node, const struct link *link)
{
    return link->state == LINK_OPEN && node->workspace && roster_find(&node->workspace->roster, &link->device);
}

static void tell_table(struct node *node, struct link *link, uint64_t flags)
{
    const struct office *office = &node->office;
    struct buffer rows = {0};
    if (!may_know(node, link))
        return;
    append_self(node, link, &rows);
    for (size_t i = 0; i < office->count; i++) {
        const struct presence *presence = office->presences[i];
        if (presence->state != PRESENCE_AWAY || presence->address.port)
            append_presence(link, presence, &rows);
    }
    send(node, link, flags, buffer_bytes(&rows));
    link->told_presence = true;
    buffer_done(&rows);
}

static void tell_news(struct node *node)
{
    struct office *office = &node->office;
    struct buffer rows = {0};
    for (size_t l = 0; l < node->link_count; l++) {
        struct link *link = node->links[l];
        if (!may_know(node, link))
            continue;
        if (!link->told_presence) { /* was no member when it came */
            tell_table(node, link, 0);
            continue;
        }
        rows.size = 0;
        if (office->self_is_news)
            append_self(node, link, &rows);
        for (size_t i = 0; i < office->count; i++)
            if (office->presences[i]->is_news && office->presences[i]->teller != link->id)
                append_presence(link, office->presences[i], &rows);
        if (rows.size)
            send(node, link, 0, buffer_bytes(&rows));
    }
    for (size_t i = 0; i < office->count; i++)
        office->presences[i]->is_news = false;
    office->has_news = office->self_is_news = false;
    buffer_done(&rows);
}

/* ---------------------------------------------------------------- links */

void presence_link_open(struct node *node, struct link *link)
{
    struct presence *presence = get(node, &link->device);
    node->office.trimmed = false;
    if (presence) {
        struct address address = link->address;
        if (!link->dialled)
            address.port = link->listen_port;
        if (address.scope == 0 && address.port)
            presence->address = address;
        presence->patience_ms = PATIENCE_MS;
        presence->links++;
        if (presence->state == PRESENCE_AWAY)
            presence->state = PRESENCE_UP;
        presence->gone_ms = presence->state == PRESENCE_GONE ? presence->gone_ms : 0;
        note_change(node);
    }
    tell_table(node, link, 0);
}

static void note_heard(struct node *node, const struct link *link)
{
    struct roster *roster = node->workspace ? &node->workspace->roster : NULL;
    for (size_t i = 0; roster && i < roster->count; i++)
        if (same_key(&roster->members[i].device, &link->device))
            roster->members[i].last_heard_ms = node->now_ms;
}

void presence_link_gone(struct node *node, const struct link *link)
{
    note_heard(node, link);
    struct presence *presence = presence_find(node, &link->device);
    if (!presence || !presence->links || --presence->links)
        return;
    if (presence->state != PRESENCE_UP)
        note_change(node);
    else if (link->farewell == ERR_SHUTTING_DOWN)
        declare_gone(node, presence);
    else if (link->farewell != ERR_NOT_NEEDED && link->farewell != ERR_DUPLICATE_LINK)
        presence->gone_ms = node->mono_ms + FALLEN_MS;
    node_wake_at(node, node->office.check_ms);
}

/* ---------------------------------------------------------------- hearing */

void presence_runs_twice(struct node *node)
{
    if (node->office.runs_twice)
        return;
    node->office.runs_twice = true;
    node_log(node, ERR_EXISTS, "this identity runs on two computers: link one as its own device");
}

static void become(struct node *node, uint64_t incarnation)
{
    node->office.incarnation = incarnation;
    node->office.self_is_news = true;
    have_news(node);
}

/* There, and further than this process: an earlier process, whose clock was ahead, or another home that lives.  Only
 * that one answers when it is outbid, so each of the two outbids the other until both are sure. */
static void hear_of_twin(struct node *node, uint64_t incarnation)
{
    struct office *office = &node->office;
    if (office->twin_signs == TWIN_SIGNS) {
        office->incarnation = incarnation;
        return;
    }
    become(node, incarnation + 1);
    if (++office->twin_signs == TWIN_SIGNS)
        presence_runs_twice(node);
}

static void hear_of_self(struct node *node, enum presence_state state, uint64_t incarnation)
{
    const struct office *office = &node->office;
    if (incarnation == UINT64_MAX) /* a lie: nobody could outbid it */
        return;
    if (state == PRESENCE_GONE && incarnation >= office->incarnation)
        become(node, incarnation + 1);
    else if (state == PRESENCE_UP && incarnation > office->incarnation)
        hear_of_twin(node, incarnation);
}

static bool is_newer(const struct presence *presence, enum presence_state state, uint64_t incarnation)
{
    if (state == PRESENCE_AWAY)
        return false;
    if (presence->state == PRESENCE_AWAY)
        return state == PRESENCE_UP;
    return incarnation > presence->incarnation ||
           (incarnation == presence->incarnation && state == PRESENCE_GONE && presence->state == PRESENCE_UP);
}

/* Told gone, but its link stands: it shall know, and refute. */
static void pass_on_to_itself(struct node *node, const struct sign_public *device, uint64_t incarnation)
{
    static const struct address nowhere;
    struct link *link = link_to(node, device);
    struct buffer rows = {0};
    if (!link || !may_know(node, link))
        return;
    append_row(link, device, incarnation, PRESENCE_GONE, &nowhere, &rows);
    send(node, link, 0, buffer_bytes(&rows));
    buffer_done(&rows);
}

static void hear(struct node *node, const struct link *link, const uint8_t *row)
{
    struct sign_public device;
    struct address address = {0};
    uint64_t incarnation = get_u64(row + 32);
    enum presence_state state = row[40] <= PRESENCE_UP ? (enum presence_state)row[40] : PRESENCE_AWAY;
    memcpy(device.bytes, row, sizeof device.bytes);
    memcpy(address.ip, row + 41, sizeof address.ip);
    address.port = get_u16(row + 57);
    if (node_is_me(node, &device)) {
        hear_of_self(node, state, incarnation);
        return;
    }
    struct presence *presence = get(node, &device);
    if (!presence)
        return;
    learn_address(node, presence, &address);
    if (!is_newer(presence, state, incarnation))
        return;
    if (state == PRESENCE_GONE && presence->links) {
        pass_on_to_itself(node, &device, incarnation);
        return;
    }
    set_state(node, presence, state, incarnation);
    tell_all(node, presence, link->id);
}

void presence_told(struct node *node, struct link *link, const struct wire_message *message)
{
    const uint64_t questions = PRESENCE_FLAG_COMPARE | PRESENCE_FLAG_ANSWER;
    for (size_t at = 0; at < message->presence.rows.size; at += PRESENCE_ROW_SIZE)
        hear(node, link, message->presence.rows.data + at);
    if (!(message->presence.flags & questions) || node->office.has_news)
        return;
    uint8_t mine[8];
    hash_all(node, mine);
    if (memcmp(mine, message->presence.hash, sizeof mine) != 0)
        tell_table(node, link, message->presence.flags & PRESENCE_FLAG_COMPARE ? PRESENCE_FLAG_ANSWER : 0);
}

/* ---------------------------------------------------------------- time */

static bool has_open_link(const struct node *node)
{
    for (size_t i = 0; i < node->link_count; i++)
        if (node->links[i]->state == LINK_OPEN)
            return true;
    return false;
}

static void check(struct node *node, struct presence *presence, bool alone)
{
    uint64_t now = node->mono_ms;
    if (presence->state == PRESENCE_GONE && !presence->links && now - presence->gone_ms >= GONE_MS)
        presence->state = PRESENCE_AWAY;
    if (presence->state != PRESENCE_UP || presence->links)
        return;
    if (alone) /* nobody vouches for anybody */
        set_state(node, presence, PRESENCE_AWAY, 0);
    else if (presence->gone_ms && now >= presence->gone_ms)
        declare_gone(node, presence);
    else if (!presence->gone_ms && presence->chosen)
        presence->gone_ms = now + presence->patience_ms;
}

static void compare_with_one(struct node *node)
{
    struct office *office = &node->office;
    size_t start = node->link_count ? random_below(&node->random, node->link_count) : 0;
    for (size_t i = 0; i < node->link_count; i++) {
        struct link *link = node->links[(start + i) % node->link_count];
        if (!may_know(node, link))
            continue;
        send(node, link, PRESENCE_FLAG_COMPARE, (struct bytes){0});
        break;
    }
    office->compare_ms = node->mono_ms + COMPARE_MS * 3 / 4 + random_below(&node->random, COMPARE_MS / 2);
}

void presence_time(struct node *node)
{
    struct office *office = &node->office;
    if (!office->count)
        return;
    if (office->has_news && node->mono_ms >= office->news_ms)
        tell_news(node);
    if (office->has_news)
        node_wake_at(node, office->news_ms);
    if (node->mono_ms >= office->check_ms) {
        bool alone = !has_open_link(node);
        for (size_t i = 0; i < office->count; i++)
            check(node, office->presences[i], alone);
        office->check_ms = node->mono_ms + CHECK_MS;
        if (!office->has_news && node->mono_ms >= office->compare_ms)
            compare_with_one(node);
    }
    node_wake_at(node, office->check_ms);
}
