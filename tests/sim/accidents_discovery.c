/* SPDX-License-Identifier: MIT
 * mDNS that flaps and lies, and computers that get another address. */
#include "accidents.h"

#define FLAP_MOST_MS 10000

static struct address dark_address(struct life *life)
{
    struct address address = {.port = (uint16_t)(1 + world_below(&life->world, 65535))};
    memcpy(address.ip, (const uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 255}, 14);
    put_u16(address.ip + 14, (uint16_t)world_below(&life->world, 65536));
    return address;
}

/* As it was before it moved; or as it may be one day. */
static struct address other_lease(const struct host *host)
{
    struct address address = host->address;
    address.ip[13] ^= 1;
    return address;
}

/* Somebody is shown something that is not so.  True are only the hearer and that `told` announces this. */
static void lie(struct life *life)
{
    struct world *world = &life->world;
    struct host *hearer = life_anybody(life)->host;
    const struct host *told = life_anybody(life)->host, *bystander = life_anybody(life)->host;
    struct event event = {.type = EVENT_PEER_SEEN, .beacon = told->beacon, .address = told->address};
    event.instance = BYTES_OF(told->beacon.salt);
    switch (world_below(world, 6)) {
    case 0:
        event.address = dark_address(life);
        break;
    case 1:
        event.address = other_lease(told);
        break;
    case 2: /* a foreign office where told lives */
        random_bytes(&world->random, event.beacon.tag, sizeof event.beacon.tag);
        break;
    case 3: /* told's instance, and everything else is somebody else's */
        event.beacon = bystander->beacon;
        event.address = bystander->address;
        break;
    case 4: /* one at another's place: perhaps the hearer's own */
        event.address = bystander->address;
        break;
    default:
        event.type = EVENT_PEER_GONE;
        break;
    }
    if (hearer->node)
        host_step(hearer, &event);
}

/* The network gives it another address: what came to the old one is lost, and only this side knows. */
static void move(struct host *host)
{
    struct event event = {.type = EVENT_NETWORK};
    host->lease ^= 1;
    if (!host->running)
        return;
    host->address.ip[13] = host->lease;
    for (size_t i = 0; i < host->cable_count; i++)
        cable_lose(host->cables[i].cable, host->cables[i].side);
    host_step(host, &event);
}

void accident_discovery(struct life *life)
{
    struct world *world = &life->world;
    struct event event = {.type = EVENT_NETWORK};
    switch (world_below(world, 8)) {
    case 0:
        move(life_anybody(life)->host);
        return;
    case 1:
        life->flapping = life_anybody(life)->host;
        life->flaps_until_us = world->now_us + world_below(world, FLAP_MOST_MS) * 1000;
        return;
    case 2:
        host_step(life_anybody(life)->host, &event);
        return;
    default:
        lie(life);
        return;
    }
}

void accident_flap(struct life *life)
{
    struct world *world = &life->world;
    const struct host *seen = life->flapping;
    if (!seen || !seen->announced || world->now_us > life->flaps_until_us) {
        life->flapping = NULL;
        return;
    }
    life->flap_is_gone = !life->flap_is_gone;
    for (size_t i = 0; i < world->host_count; i++) {
        struct event event = {.type = life->flap_is_gone ? EVENT_PEER_GONE : EVENT_PEER_SEEN,
                              .beacon = seen->beacon,
                              .address = seen->address,
                              .instance = BYTES_OF(seen->beacon.salt)};
        if (world->hosts[i] != seen && !world_is_cut(world, seen, world->hosts[i]))
            host_step(world->hosts[i], &event);
    }
}
