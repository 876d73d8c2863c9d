/* SPDX-License-Identifier: MIT */
#include "presence_parts.h"

#include "core/link/link.h"
#include "core/members/roster.h"

#define NEWS_MS 30    /* news that come together are told together */
#define TABLE_MS 1000 /* between two tellings of everything on one link */
#define TWIN_SIGNS 2
#define TWIN_STEP (1u << 20)
#define SUSPECT_MS 2000 /* who refuted that it is gone has so long to do it again */
#define REFUTED_MS 5000 /* a refutation comes soon; later it is another process */

static const char proof_context[] = "zuruf-presence-v1"; /* with its zero byte */

/* Nobody can say that a device has counted on but the device: its proof goes with every row. */
struct row {
    struct sign_public device;
    uint64_t incarnation;
    enum presence_state state;
    struct address address;
    struct signature proof;
};

/* ---------------------------------------------------------------- proof */

static void proof_text(const struct hash *workspace, uint64_t incarnation, struct buffer *ret)
{
    buffer_append(ret, hash_bytes(workspace));
    buffer_append_u64(ret, incarnation);
}

void presence_prove(const struct sign_secret *secret, const struct hash *workspace, uint64_t incarnation,
                    struct signature *ret)
{
    struct buffer text = {0};
    proof_text(workspace, incarnation, &text);
    crypto_sign(secret, BYTES_OF(proof_context), buffer_bytes(&text), ret);
    buffer_done(&text);
}

static void prove_self(struct node *node)
{
    struct office *office = node->office;
    if (office->proven == office->incarnation)
        return;
    presence_prove(&node->identity.secret, &node->workspace->id, office->incarnation, &office->proof);
    office->proven = office->incarnation;
}

static enum error check_proof(const struct node *node, const struct row *row)
{
    struct buffer text = {0};
    if (!node->workspace)
        return ERR_NOT_FOUND;
    proof_text(&node->workspace->id, row->incarnation, &text);
    enum error err = crypto_verify(&row->device, BYTES_OF(proof_context), buffer_bytes(&text), &row->proof);
    buffer_done(&text);
    return err;
}

/* ---------------------------------------------------------------- telling */

static void have_news(struct node *node)
{
    struct office *office = node->office;
    if (!office->has_news)
        office->news_ms = node->mono_ms + NEWS_MS;
    office->has_news = true;
    node_wake_at(node, office->news_ms);
}

void presence_tell(struct node *node, struct presence *presence, uint64_t teller)
{
    presence->is_news = true;
    presence->teller = teller;
    have_news(node);
}

static bool is_loopback(const struct address *address)
{
    static const uint8_t mapped[13] = {[10] = 0xff, [11] = 0xff, [12] = 127}, six[16] = {[15] = 1};
    return memcmp(address->ip, mapped, sizeof mapped) == 0 || memcmp(address->ip, six, sizeof six) == 0;
}

static void append_row(const struct link *link, const struct row *row, struct buffer *rows)
{
    static const struct address nowhere;
    const struct address *address = &row->address;
    if (is_loopback(address) && !is_loopback(&link->address)) /* that would be the listener himself */
        address = &nowhere;
    buffer_append(rows, BYTES_OF(row->device.bytes));
    buffer_append_u64(rows, row->incarnation);
    buffer_append_byte(rows, (uint8_t)row->state);
    buffer_append(rows, BYTES_OF(address->ip));
    buffer_append_u16(rows, address->port);
    buffer_append(rows, BYTES_OF(row->proof.bytes));
}

static void append_self(struct node *node, const struct link *link, struct buffer *rows)
{
    prove_self(node);
    const struct row row = {.device = node->identity.device, /* no address: where you see me */
                            .incarnation = node->office->incarnation,
                            .state = PRESENCE_UP,
                            .proof = node->office->proof};
    append_row(link, &row, rows);
}

static void append_presence(const struct link *link, const struct presence *presence, struct buffer *rows)
{
    const struct row row = {.device = presence->device,
                            .incarnation = presence->incarnation,
                            .state = presence->suspected ? PRESENCE_GONE : presence->state,
                            .address = presence->address,
                            .proof = presence->proof};
    append_row(link, &row, rows);
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
    const struct office *office = node->office;
    memset(sum, 0, 8);
    add_to_hash(sum, &node->identity.device, office->incarnation);
    for (size_t i = 0; i < office->count; i++)
        if (office->presences[i]->state == PRESENCE_UP)
            add_to_hash(sum, &office->presences[i]->device, office->presences[i]->incarnation);
}

static void send(struct node *node, struct link *link, uint64_t flags, struct bytes rows)
{
    const size_t most = WIRE_PRESENCE_ROWS_MAX * PRESENCE_ROW_SIZE;
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

void presence_tell_table(struct node *node, struct link *link, uint64_t flags)
{
    const struct office *office = node->office;
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
    link->table_ms = node->mono_ms;
    buffer_done(&rows);
}

void presence_tell_news(struct node *node)
{
    struct office *office = node->office;
    struct buffer rows = {0};
    for (size_t l = 0; l < node->link_count; l++) {
        struct link *link = node->links[l];
        if (!may_know(node, link))
            continue;
        if (!link->told_presence) { /* was no member when it came */
            presence_tell_table(node, link, 0);
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

bool presence_compare(struct node *node, struct link *link)
{
    if (!may_know(node, link))
        return false;
    send(node, link, PRESENCE_FLAG_COMPARE, (struct bytes){0});
    return true;
}

/* ---------------------------------------------------------------- hearing */

static struct row read_row(const uint8_t *at)
{
    struct row row = {.incarnation = get_u64(at + 32), .address.port = get_u16(at + 57)};
    row.state = at[40] <= PRESENCE_UP ? (enum presence_state)at[40] : PRESENCE_AWAY;
    memcpy(row.device.bytes, at, sizeof row.device.bytes);
    memcpy(row.address.ip, at + 41, sizeof row.address.ip);
    memcpy(row.proof.bytes, at + 59, sizeof row.proof.bytes);
    return row;
}

static void become(struct node *node, uint64_t incarnation)
{
    node->office->incarnation = incarnation;
    node->office->self_is_news = true;
    have_news(node);
}

/* There, and further than this process: an earlier process, whose clock was ahead, or another home that lives.  Only
 * that one answers when it is outbid, so each of the two outbids the other until both are sure.  By a large step: an
 * earlier process has gone as far only if it was outbid itself. */
static void hear_of_twin(struct node *node, uint64_t incarnation)
{
    struct office *office = node->office;
    if (office->twin_signs == TWIN_SIGNS) {
        office->incarnation = incarnation;
        return;
    }
    become(node, incarnation + TWIN_STEP);
    if (++office->twin_signs == TWIN_SIGNS)
        presence_runs_twice(node);
}

static enum error hear_of_self(struct node *node, const struct row *row)
{
    uint64_t own = node->office->incarnation;
    bool refutable = row->state == PRESENCE_GONE && row->incarnation >= own;
    bool is_later = row->state == PRESENCE_UP && row->incarnation > own;
    if (!refutable && !is_later)
        return OK;
    enum error err = check_proof(node, row);
    if (err)
        return err;
    if (refutable)
        become(node, row->incarnation + 1);
    else
        hear_of_twin(node, row->incarnation);
    return OK;
}

static bool is_newer(const struct presence *presence, const struct row *row)
{
    if (row->state == PRESENCE_AWAY)
        return false;
    if (presence->state == PRESENCE_AWAY)
        return row->state == PRESENCE_UP;
    return row->incarnation > presence->incarnation ||
           (row->incarnation == presence->incarnation && row->state == PRESENCE_GONE &&
            presence->state == PRESENCE_UP && !presence->suspected);
}

/* Told gone, but its link stands: it shall know, and refute. */
static void pass_on_to_itself(struct node *node, const struct row *row)
{
    struct link *link = link_to(node, &row->device);
    struct buffer rows = {0};
    if (!link || !may_know(node, link))
        return;
    append_row(link, row, &rows);
    send(node, link, 0, buffer_bytes(&rows));
    buffer_done(&rows);
}

/* Gone, others say.  Where they were wrong before it has a while to refute that. */
static void hear_gone(struct node *node, struct presence *presence, uint64_t incarnation)
{
    uint64_t gone_ms = node->mono_ms + SUSPECT_MS;
    if (presence->state != PRESENCE_UP || !presence->refutes) {
        presence_set(node, presence, PRESENCE_GONE, incarnation);
        return;
    }
    if (!presence->gone_ms || gone_ms < presence->gone_ms)
        presence->gone_ms = gone_ms;
    presence->suspected = true;
    presence->incarnation = incarnation;
}

static void hear_there(struct node *node, struct presence *presence, uint64_t incarnation)
{
    bool told_gone =
        presence->state == PRESENCE_GONE && presence->teller && node->mono_ms - presence->gone_ms < REFUTED_MS;
    if (presence->suspected || told_gone)
        presence->refutes = true;
    presence_set(node, presence, PRESENCE_UP, incarnation);
}

static enum error hear(struct node *node, const struct link *link, const struct row *row)
{
    if (node_is_me(node, &row->device))
        return hear_of_self(node, row);
    struct presence *presence = presence_get(node, &row->device);
    if (!presence)
        return OK;
    presence_learn_address(node, presence, &row->address);
    if (!is_newer(presence, row))
        return OK;
    enum error err = check_proof(node, row);
    if (err)
        return err;
    if (row->state == PRESENCE_GONE && presence->links) {
        pass_on_to_itself(node, row);
        return OK;
    }
    presence->proof = row->proof;
    if (row->state == PRESENCE_GONE)
        hear_gone(node, presence, row->incarnation);
    else
        hear_there(node, presence, row->incarnation);
    presence_tell(node, presence, link->id);
    return OK;
}

enum error presence_told(struct node *node, struct link *link, const struct wire_message *message)
{
    const uint64_t questions = PRESENCE_FLAG_COMPARE | PRESENCE_FLAG_ANSWER;
    for (size_t at = 0; at < message->presence.rows.size; at += PRESENCE_ROW_SIZE) {
        struct row row = read_row(message->presence.rows.data + at);
        enum error err = hear(node, link, &row);
        if (err)
            return err;
    }
    if (!(message->presence.flags & questions) || node->office->has_news || node->mono_ms < link->table_ms + TABLE_MS)
        return OK;
    uint8_t mine[8];
    hash_all(node, mine);
    if (memcmp(mine, message->presence.hash, sizeof mine) != 0)
        presence_tell_table(node, link, message->presence.flags & PRESENCE_FLAG_COMPARE ? PRESENCE_FLAG_ANSWER : 0);
    return OK;
}
