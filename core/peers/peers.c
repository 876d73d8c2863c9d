/* SPDX-License-Identifier: MIT */
#include "peers.h"

#include "core/base/alloc.h"
#include "core/keys/vault.h"
#include "core/keys/workspace_keys.h"
#include "core/link/link.h"
#include "neighbours.h"
#include "presence.h"
#include <stdlib.h>

#define PEERS_MAX 1024
#define TOLD_MAX 256
#define BACKOFF_FIRST_MS 250
#define BACKOFF_NEAR_MS 4000 /* of an address that has answered before, or was set by hand */
#define BACKOFF_FAR_MS 30000
#define LASTING_MS 5000 /* a link that ends sooner is no reason to be back at once */
#define DIALS_AT_ONCE 32
#define AGAIN_MS 50        /* when so many are on their way */
#define LEFT_MS 600000     /* after who was removed has been told so: he knows */
#define NOT_CHOSEN_MS 1000 /* until an address that nobody chose is considered again */
#define HANG_UPS_MEAN_NO 3 /* who does not know a code closes at the first message; a broken line does so once */

static bool same_address(const struct address *a, const struct address *b)
{
    return a->port == b->port && a->scope == b->scope && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

static struct peer *find(const struct node *node, const struct address *address)
{
    for (size_t i = 0; i < node->peer_count; i++)
        if (same_address(&node->peers[i]->address, address))
            return node->peers[i];
    return NULL;
}

/* ---------------------------------------------------------------- rows on disk: "peer/" ‖ ip ‖ port → device or by
 * hand */

static struct vault_key row_key(const struct address *address)
{
    uint8_t which[18];
    memcpy(which, address->ip, 16);
    put_u16(which + 16, address->port);
    return vault_key("peer/", BYTES_OF(which));
}

static bool is_storable(const struct address *address)
{
    return address->scope == 0; /* an interface index means nothing after a restart */
}

static void drop(struct node *node, size_t index)
{
    struct peer *peer = node->peers[index];
    if (peer->link)
        peer->link->peer = NULL;
    if (is_storable(&peer->address) && (peer->proven || peer->by_hand)) {
        struct vault_key key = row_key(&peer->address);
        vault_delete(node, &key);
    }
    free(peer);
    node->peers[index] = node->peers[--node->peer_count];
}

static bool is_less_useful(const struct peer *a, const struct peer *b)
{
    return a->proven != b->proven ? b->proven : a->used_ms < b->used_ms;
}

/* Room by forgetting an address that never answered, or the one that was of no use for longest. */
static void make_room(struct node *node)
{
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < node->peer_count; i++) {
        const struct peer *peer = node->peers[i];
        if (!peer->by_hand && !peer->link && !peer->dial &&
            (least == SIZE_MAX || is_less_useful(peer, node->peers[least])))
            least = i;
    }
    if (least != SIZE_MAX)
        drop(node, least);
}

static struct peer *get(struct node *node, const struct address *address)
{
    struct peer *peer = find(node, address);
    if (peer)
        return peer;
    if (node->peer_count >= PEERS_MAX)
        make_room(node);
    if (node->peer_count >= PEERS_MAX || !address->port)
        return NULL;
    peer = alloc_zero(1, sizeof *peer);
    peer->address = *address;
    peer->next_ms = peer->used_ms = node->mono_ms;
    peer->backoff_ms = BACKOFF_FIRST_MS;
    ARRAY_ROOM(node->peers, node->peer_count, node->peer_capacity);
    node->peers[node->peer_count++] = peer;
    node_wake_at(node, node->mono_ms);
    return peer;
}

static void remember(struct node *node, const struct peer *peer)
{
    if (!is_storable(&peer->address) || node->disk_state == ERR_DISK_FULL)
        return;
    struct vault_key key = row_key(&peer->address);
    uint8_t plain[1 + 32] = {peer->by_hand};
    memcpy(plain + 1, peer->device.bytes, 32);
    vault_put(node, &key, BYTES_OF(plain));
}

static void load_peer(struct node *node, struct bytes which, struct bytes plain)
{
    struct address address = {0};
    if (which.size != 18 || plain.size != 33)
        return;
    memcpy(address.ip, which.data, 16);
    address.port = get_u16(which.data + 16);
    struct peer *peer = get(node, &address);
    if (!peer)
        return;
    peer->by_hand = plain.data[0] != 0;
    memcpy(peer->device.bytes, plain.data + 1, 32);
    peer->has_device = !crypto_is_zero(peer->device.bytes, 32);
    peer->proven = peer->has_device;
    if (peer->has_device)
        presence_hint(node, &peer->device, &address);
}

enum error peers_load(struct node *node)
{
    return vault_each(node, "peer/", load_peer);
}

void peers_done(struct node *node)
{
    for (size_t i = 0; i < node->peer_count; i++) {
        node->lost_dials += node->peers[i]->dial != 0;
        free(node->peers[i]);
    }
    node->lost_upto = node->last_dial;
    free(node->peers);
    node->peers = NULL;
    node->peer_count = node->peer_capacity = 0;
}

/* ---------------------------------------------------------------- where addresses come from */

enum error peers_add_by_hand(struct node *node, const struct address *address)
{
    struct peer *peer = get(node, address);
    if (!peer)
        return address->port ? ERR_LIMIT : ERR_USAGE;
    peer->by_hand = true;
    peer->next_ms = node->mono_ms;
    peer->backoff_ms = BACKOFF_FIRST_MS;
    node_wake_at(node, node->mono_ms);
    remember(node, peer);
    return OK;
}

enum error peers_remove(struct node *node, const struct address *address)
{
    for (size_t i = 0; i < node->peer_count; i++)
        if (same_address(&node->peers[i]->address, address)) {
            drop(node, i);
            return OK;
        }
    return ERR_NOT_FOUND;
}

static void make_tag(const struct secret_key *key, const uint8_t salt[8], uint8_t tag[TAG_SIZE])
{
    uint8_t text[12 + 8];
    struct hash hash;
    memcpy(text, "zuruf-tag-v1", 12);
    memcpy(text + 12, salt, 8);
    crypto_hash_keyed(key, BYTES_OF(text), &hash);
    memcpy(tag, hash.bytes, TAG_SIZE);
}

/* Which of the workspace's keys it was made with; as many as there are: none. */
static size_t recognise(const struct node *node, const struct beacon *beacon)
{
    size_t count = workspace_keys_count(node);
    for (size_t i = 0; beacon->has_tag && i < count; i++) {
        uint8_t tag[TAG_SIZE];
        make_tag(workspace_keys_at(node, i), beacon->salt, tag);
        if (memcmp(tag, beacon->tag, sizeof tag) == 0)
            return i;
    }
    return count;
}

static bool invites_us(const struct node *node, const struct beacon *beacon)
{
    uint8_t tag[TAG_SIZE];
    if (!node->join.active)
        return false;
    make_tag(&node->join.psk, beacon->salt, tag);
    for (size_t i = 0; i < beacon->invite_count && i < INVITES_MAX; i++)
        if (memcmp(tag, beacon->invites[i], sizeof tag) == 0)
            return true;
    return false;
}

void peers_seen(struct node *node, const struct address *address, const struct beacon *beacon)
{
    if (invites_us(node, beacon))
        peers_try_join(node, address);
    size_t key = recognise(node, beacon);
    if (key == workspace_keys_count(node))
        return;
    struct peer *peer = get(node, address);
    if (!peer || peer->link || peer->dial)
        return;
    peer->key = key;
    peer->backoff_ms = BACKOFF_FIRST_MS;
    peer->next_ms = node->mono_ms;
    node_wake_at(node, node->mono_ms);
}

void peers_told(struct node *node, struct bytes rows)
{
    if (!node->workspace)
        return;
    for (size_t at = 0; at < rows.size; at += ADDRESS_ROW_SIZE) {
        struct sign_public device;
        struct address address = {0};
        memcpy(device.bytes, rows.data + at, sizeof device.bytes);
        memcpy(address.ip, rows.data + at + 32, sizeof address.ip);
        address.port = get_u16(rows.data + at + 48);
        if (node_is_me(node, &device) || node->peer_count >= TOLD_MAX)
            continue;
        presence_hint(node, &device, &address);
        peers_want(node, &address, &device, 0);
    }
}

void peers_rows(const struct node *node, struct buffer *rows)
{
    for (size_t i = 0; i < node->peer_count && rows->size < 64 * ADDRESS_ROW_SIZE; i++) {
        const struct peer *peer = node->peers[i];
        if (!peer->proven || !is_storable(&peer->address))
            continue;
        buffer_append(rows, BYTES_OF(peer->device.bytes));
        buffer_append(rows, BYTES_OF(peer->address.ip));
        buffer_append_u16(rows, peer->address.port);
    }
}

void peers_want(struct node *node, const struct address *address, const struct sign_public *device, uint64_t delay_ms)
{
    bool is_new = !find(node, address);
    struct peer *peer = get(node, address);
    if (!peer || (peer->has_device && !is_new))
        return;
    peer->has_device = true;
    peer->device = *device;
    if (is_new && delay_ms)
        peer->next_ms = node->mono_ms + delay_ms;
}

void peers_recognise(struct node *node, const struct address *address, const struct sign_public *device)
{
    struct peer *peer = find(node, address);
    if (!peer || peer->has_device)
        return;
    peer->has_device = true;
    peer->device = *device;
}

/* ---------------------------------------------------------------- joining */

void peers_try_join(struct node *node, const struct address *address)
{
    struct peer *peer = get(node, address);
    if (peer && peer->link && !peer->for_join && !node->join.welcomed) /* not under the key that is asked for */
        link_close(node, peer->link, ERR_NOT_NEEDED);
    if (!peer || peer->link || peer->dial || peer->refused)
        return;
    peer->for_join = true;
    peer->next_ms = node->mono_ms;
    node_wake_at(node, node->mono_ms);
}

void peers_forget_joins(struct node *node)
{
    for (size_t i = 0; i < node->peer_count; i++) {
        node->peers[i]->for_join = node->peers[i]->refused = false;
        node->peers[i]->hang_ups = 0;
        node->peers[i]->backoff_ms = BACKOFF_FIRST_MS;
        node->peers[i]->next_ms = node->mono_ms;
    }
    node_wake_at(node, node->mono_ms);
}

const struct secret_key *peers_key(const struct node *node, const struct peer *peer)
{
    if (peer->for_join)
        return node->join.active ? &node->join.psk : NULL;
    size_t count = node->identity.exists ? workspace_keys_count(node) : 0;
    return count ? workspace_keys_at(node, peer->key % count) : NULL;
}

/* ---------------------------------------------------------------- dialling */

static void retry_later(struct node *node, struct peer *peer)
{
    bool near = peer->by_hand || peer->proven || peer->for_join;
    uint64_t most = near ? BACKOFF_NEAR_MS : BACKOFF_FAR_MS;
    uint64_t wait = peer->backoff_ms < most ? peer->backoff_ms : most;
    peer->backoff_ms = 2 * wait;
    peer->next_ms = node->mono_ms + wait * 3 / 4 + random_below(&node->random, wait / 2 + 1);
    node_wake_at(node, peer->next_ms);
}

/* Of the homes of this device each has an address of its own, and one may know what no other does. */
static bool is_linked_home(const struct node *node, const struct address *address)
{
    for (size_t i = 0; i < node->link_count; i++) {
        const struct link *link = node->links[i];
        if (link->listen_port == address->port && memcmp(link->address.ip, address->ip, sizeof address->ip) == 0)
            return true;
    }
    return false;
}

static bool has_told_removed(const struct node *node, const struct link *link)
{
    return link->farewell == ERR_REMOVED && node->workspace &&
           governance_was_removed(node->workspace->roster.governance, &link->device);
}

static bool is_linked(const struct node *node, const struct peer *peer)
{
    if (peer->link || peer->dial)
        return true;
    if (!peer->has_device || peer->for_join)
        return false;
    if (node_is_me(node, &peer->device))
        return is_linked_home(node, &peer->address);
    const struct presence *presence = presence_find(node, &peer->device);
    return (presence && presence->links) || link_to(node, &peer->device);
}

static void dial(struct node *node, struct peer *peer)
{
    struct effect *effect = node_effect(node, EFFECT_DIAL);
    effect->dial = peer->dial = ++node->last_dial;
    effect->address = peer->address;
}

void peers_time(struct node *node)
{
    size_t dialling = node->lost_dials, start = node->peer_count ? random_below(&node->random, node->peer_count) : 0;
    bool looked = false;
    for (size_t i = 0; i < node->peer_count; i++)
        dialling += node->peers[i]->dial != 0;
    for (size_t i = 0; i < node->peer_count; i++) {
        struct peer *peer = node->peers[(start + i) % node->peer_count];
        if (is_linked(node, peer) || peer->refused || !peers_key(node, peer))
            continue;
        if (peer->next_ms > node->mono_ms) {
            node_wake_at(node, peer->next_ms);
            continue;
        }
        if (!looked)
            neighbours_before_dialling(node, dialling);
        looked = true;
        if (dialling >= DIALS_AT_ONCE) {
            node_wake_at(node, node->mono_ms + AGAIN_MS);
        } else if (neighbours_take_dial(node, peer)) {
            dial(node, peer);
            dialling++;
        } else {
            node_wake_at(node, node->mono_ms + NOT_CHOSEN_MS);
        }
    }
}

static struct peer *take_dial(struct node *node, uint64_t id)
{
    for (size_t i = 0; i < node->peer_count; i++)
        if (node->peers[i]->dial == id) {
            node->peers[i]->dial = 0;
            return node->peers[i];
        }
    node->lost_dials -= node->lost_dials && id <= node->lost_upto;
    return NULL;
}

struct peer *peers_dialled(struct node *node, uint64_t id)
{
    return take_dial(node, id);
}

void peers_dial_failed(struct node *node, uint64_t id)
{
    struct peer *peer = take_dial(node, id);
    if (peer)
        retry_later(node, peer);
}

void peers_link_gone(struct node *node, struct link *link)
{
    struct peer *peer = link->peer;
    bool lasted = link->state == LINK_OPEN && node->mono_ms - link->up_ms >= LASTING_MS;
    for (size_t i = 0; lasted && i < node->peer_count; i++)
        if (node->peers[i]->has_device && same_key(&node->peers[i]->device, &link->device) && !node->peers[i]->link) {
            node->peers[i]->backoff_ms = BACKOFF_FIRST_MS;
            node->peers[i]->next_ms = node->mono_ms + random_below(&node->random, BACKOFF_FIRST_MS);
            node_wake_at(node, node->peers[i]->next_ms);
        }
    if (!peer)
        return;
    peer->link = NULL;
    if (lasted)
        peer->backoff_ms = BACKOFF_FIRST_MS;
    if (link->state == LINK_HANDSHAKE && peer->for_join)
        peer->refused = ++peer->hang_ups >= HANG_UPS_MEAN_NO;
    else if (link->state == LINK_HANDSHAKE)
        peer->key = (peer->key + 1) % (workspace_keys_count(node) + !node->workspace);
    retry_later(node, peer);
    if (has_told_removed(node, link))
        peer->next_ms = node->mono_ms + LEFT_MS;
}

void peers_network_changed(struct node *node)
{
    for (size_t i = 0; i < node->peer_count; i++) {
        struct peer *peer = node->peers[i];
        peer->backoff_ms = BACKOFF_FIRST_MS;
        if (!peer->dial)
            peer->next_ms = node->mono_ms + random_below(&node->random, 100);
    }
    node_wake_at(node, node->mono_ms);
    peers_announce(node, true);
}

/* ---------------------------------------------------------------- what a HELLO proves */

void peers_proved(struct node *node, struct link *link)
{
    struct address address = link->address;
    if (!link->dialled)
        address.port = link->listen_port; /* where it can be dialled */
    struct peer *peer = link->peer ? link->peer : get(node, &address);
    if (!peer)
        return;
    bool news = !peer->proven || !same_key(&peer->device, &link->device);
    peer->device = link->device;
    peer->has_device = true;
    peer->used_ms = node->mono_ms;
    peer->key = 0;
    if (link->dialled) {
        peer->proven = true;
        if (news)
            remember(node, peer);
    }
}

void peers_is_myself(struct node *node, struct link *link)
{
    for (size_t i = 0; link->peer && i < node->peer_count; i++)
        if (node->peers[i] == link->peer) {
            if (node->peers[i]->by_hand)
                node->peers[i]->next_ms = NEVER;
            else
                drop(node, i);
            link->peer = NULL;
            return;
        }
}

/* ---------------------------------------------------------------- announcing */

void peers_beacon(const struct node *node, struct beacon *ret)
{
    *ret = (struct beacon){.has_tag = node->workspace != NULL, .invite_count = node->invite_count};
    memcpy(ret->salt, node->beacon_salt, sizeof ret->salt);
    if (node->workspace)
        make_tag(&node->workspace->workspace_key, ret->salt, ret->tag);
    for (size_t i = 0; i < node->invite_count; i++)
        make_tag(&node->invites[i].psk, ret->salt, ret->invites[i]);
}

void peers_announce(struct node *node, bool again)
{
    struct effect *effect = node_effect(node, EFFECT_ANNOUNCE);
    peers_beacon(node, &effect->beacon);
    effect->again = again;
}
