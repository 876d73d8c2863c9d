/* SPDX-License-Identifier: MIT */
#include "lookups.h"
#include "core/base/alloc.h"
#include <stdlib.h>

static size_t count_of(const struct lookup *list, bool is_watch)
{
    size_t count = 0;
    for (; list; list = list->next)
        count += list->is_watch == is_watch && !list->done;
    return count;
}

static struct lookup *add(struct lookup **list, const struct lookup *model)
{
    struct lookup *lookup = alloc_zero(1, sizeof *lookup);
    *lookup = *model;
    lookup->next = *list;
    *list = lookup;
    return lookup;
}

struct lookup *lookups_add(struct lookup **list, struct backend *backend, const struct service_key *key)
{
    if (count_of(*list, false) >= LOOKUPS_MAX)
        return NULL;
    return add(list, &(struct lookup){.backend = backend, .key = *key});
}

static struct lookup *find_watch(struct lookup *list, const char *instance)
{
    for (; list; list = list->next) {
        if (list->is_watch && !list->done && strcmp(list->key.instance, instance) == 0)
            return list;
    }
    return NULL;
}

static void end_oldest_watch(struct lookup *list)
{
    struct lookup *oldest = NULL;
    for (; list; list = list->next) {
        if (list->is_watch && !list->done)
            oldest = list;
    }
    if (oldest)
        oldest->done = true;
}

struct lookup *lookups_add_watch(struct lookup **list, struct backend *backend, const char *instance)
{
    struct lookup watch = {.backend = backend, .is_watch = true};
    if (find_watch(*list, instance))
        return NULL;
    if (count_of(*list, true) >= WATCHES_MAX)
        end_oldest_watch(*list);
    memcpy(watch.key.instance, instance, strlen(instance) + 1);
    return add(list, &watch);
}

void lookups_end_watch(struct lookup *list, const char *instance)
{
    struct lookup *watch = find_watch(list, instance);
    if (watch)
        watch->done = true;
}

void lookups_sweep(struct lookup **list, void (*free_object)(struct lookup *lookup))
{
    while (*list) {
        struct lookup *lookup = *list;
        if (!lookup->done) {
            list = &lookup->next;
            continue;
        }
        *list = lookup->next;
        if (lookup->object)
            free_object(lookup);
        free(lookup);
    }
}

void lookups_drop(struct lookup **list)
{
    while (*list) {
        struct lookup *lookup = *list;
        *list = lookup->next;
        free(lookup);
    }
}

void lookups_browsed(const struct backend_events *events, AvahiBrowserEvent event, AvahiIfIndex interface,
                     AvahiProtocol protocol, const char *instance)
{
    struct service_key key = {.interface = interface, .protocol = protocol};
    size_t size = strlen(instance);
    if (size == 0 || size >= sizeof key.instance)
        return;
    memcpy(key.instance, instance, size);
    if (event == AVAHI_BROWSER_NEW)
        events->found(events->arg, &key);
    else if (event == AVAHI_BROWSER_REMOVE)
        events->lost(events->arg, &key);
}

/* fe80::/10 means nothing without the interface it was heard on. */
static struct address make_address(const AvahiAddress *address, uint16_t port, AvahiIfIndex interface)
{
    struct address result = {.port = port};
    if (address->proto == AVAHI_PROTO_INET) {
        result.ip[10] = result.ip[11] = 0xff;
        memcpy(result.ip + 12, &address->data.ipv4.address, 4);
        return result;
    }
    memcpy(result.ip, address->data.ipv6.address, sizeof result.ip);
    if (result.ip[0] == 0xfe && (result.ip[1] & 0xc0) == 0x80)
        result.scope = (uint32_t)interface;
    return result;
}

void lookups_answered(struct lookup *lookup, const struct backend_events *events, const AvahiAddress *address,
                      uint16_t port, const AvahiStringList *text)
{
    if (lookup->done)
        return;
    lookup->done = true;
    if (!address) {
        events->resolved(events->arg, &lookup->key, NULL, NULL);
        return;
    }
    struct address result = make_address(address, port, lookup->key.interface);
    events->resolved(events->arg, &lookup->key, &result, text);
}
