/* SPDX-License-Identifier: MIT */
#include "sightings.h"

#include "core/base/alloc.h"
#include "peers.h"

#define SIGHTINGS_MAX 512

static void instance_name(struct bytes instance, struct hash *ret)
{
    crypto_hash(instance, ret);
}

static struct sighting *place_for(struct node *node, const struct hash *instance, const struct address *address)
{
    for (size_t i = 0; i < node->sighting_count; i++)
        if (same_hash(&node->sightings[i].instance, instance) &&
            memcmp(&node->sightings[i].address, address, sizeof *address) == 0)
            return &node->sightings[i];
    if (node->sighting_count == SIGHTINGS_MAX) /* a crowd: any may give way, since they come again */
        return &node->sightings[random_below(&node->random, SIGHTINGS_MAX)];
    ARRAY_ROOM(node->sightings, node->sighting_count, node->sighting_capacity);
    return &node->sightings[node->sighting_count++];
}

void sightings_note(struct node *node, const struct event *event)
{
    struct hash instance;
    instance_name(event->instance, &instance);
    struct sighting *sighting = place_for(node, &instance, &event->address);
    *sighting = (struct sighting){instance, event->address, event->beacon};
    peers_seen(node, &event->address, &event->beacon);
}

void sightings_drop(struct node *node, struct bytes instance)
{
    struct hash gone;
    instance_name(instance, &gone);
    for (size_t i = node->sighting_count; i-- > 0;)
        if (same_hash(&node->sightings[i].instance, &gone))
            node->sightings[i] = node->sightings[--node->sighting_count];
}

void sightings_review(struct node *node)
{
    for (size_t i = 0; i < node->sighting_count; i++)
        peers_seen(node, &node->sightings[i].address, &node->sightings[i].beacon);
}
