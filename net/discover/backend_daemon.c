/* SPDX-License-Identifier: MIT
 * mDNS through the avahi-daemon of this computer.  Each call of avahi-client is a blocking round trip on D-Bus; a
 * frozen daemon freezes this process, which the node then notices and replaces. */
#include "core/base/alloc.h"
#include "due.h"
#include "lookups.h"
#include "record.h"
#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-client/publish.h>
#include <avahi-common/error.h>
#include <stdlib.h>
#include <sys/random.h>

#define RETRY_MS 1000

struct backend {
    const AvahiPoll *poll;
    const struct backend_events *events;
    AvahiClient *client;
    AvahiClientState state;
    AvahiServiceBrowser *browser;
    AvahiEntryGroup *group;
    struct lookup *lookups;
    struct publication publication;
    bool group_failed; /* its name is taken, or the daemon gave it up */
    bool browser_failed;
    uint64_t connect_ms; /* no new connection before */
    uint64_t browse_ms;  /* no new browser before */
};

/* ---------------------------------------------------------------- what Avahi tells */

static void on_client(AvahiClient *client, AvahiClientState state, void *arg)
{
    struct backend *backend = arg;
    (void)client;
    backend->state = state;
}

static void on_group(AvahiEntryGroup *group, AvahiEntryGroupState state, void *arg)
{
    struct backend *backend = arg;
    (void)group;
    if (state == AVAHI_ENTRY_GROUP_COLLISION || state == AVAHI_ENTRY_GROUP_FAILURE)
        backend->group_failed = true;
}

static void on_browse(AvahiServiceBrowser *browser, AvahiIfIndex interface, AvahiProtocol protocol,
                      AvahiBrowserEvent event, const char *name, const char *type, const char *domain,
                      AvahiLookupResultFlags flags, void *arg)
{
    struct backend *backend = arg;
    (void)browser, (void)type, (void)domain, (void)flags;
    if (event == AVAHI_BROWSER_FAILURE)
        backend->browser_failed = true;
    else if (name)
        lookups_browsed(backend->events, event, interface, protocol, name);
}

static void on_resolve(AvahiServiceResolver *resolver, AvahiIfIndex interface, AvahiProtocol protocol,
                       AvahiResolverEvent event, const char *name, const char *type, const char *domain,
                       const char *host, const AvahiAddress *address, uint16_t port, AvahiStringList *text,
                       AvahiLookupResultFlags flags, void *arg)
{
    (void)resolver, (void)interface, (void)protocol, (void)name, (void)type, (void)domain, (void)host, (void)flags;
    struct lookup *lookup = arg;
    lookups_answered(lookup, lookup->backend->events, event == AVAHI_RESOLVER_FOUND ? address : NULL, port, text);
}

static void on_record(AvahiRecordBrowser *browser, AvahiIfIndex interface, AvahiProtocol protocol,
                      AvahiBrowserEvent event, const char *name, uint16_t class, uint16_t type, const void *data,
                      size_t size, AvahiLookupResultFlags flags, void *arg)
{
    (void)browser, (void)interface, (void)protocol, (void)name, (void)class, (void)type, (void)flags;
    struct lookup *watch = arg;
    AvahiStringList *text = NULL;
    if (watch->done || event != AVAHI_BROWSER_NEW || avahi_string_list_parse(data, size, &text) < 0)
        return;
    watch->backend->events->changed(watch->backend->events->arg, watch->key.instance, text);
    avahi_string_list_free(text);
}

/* ---------------------------------------------------------------- connection */

static void disconnect(struct backend *backend)
{
    lookups_drop(&backend->lookups); /* browser, group and resolvers go with the client */
    backend->browser = NULL;
    backend->group = NULL;
    backend->group_failed = false;
    backend->publication.committed = false;
    if (backend->client)
        avahi_client_free(backend->client);
    backend->client = NULL;
}

/* Without a system bus this fails, and is tried again; with a bus but without a daemon it waits for one. */
static void connect_daemon(struct backend *backend, uint64_t now_ms)
{
    int failure = 0;
    backend->connect_ms = now_ms + RETRY_MS;
    backend->client = avahi_client_new(backend->poll, AVAHI_CLIENT_NO_FAIL, on_client, backend, &failure);
}

/* ---------------------------------------------------------------- browsing and publishing */

static void browse(struct backend *backend, uint64_t now_ms, uint64_t *due_ms)
{
    if (backend->browser_failed) {
        backend->browser_failed = false;
        if (backend->browser)
            avahi_service_browser_free(backend->browser);
        backend->browser = NULL;
        backend->browse_ms = now_ms + RETRY_MS;
    }
    if (backend->browser)
        return;
    if (now_ms < backend->browse_ms) {
        due_at(due_ms, backend->browse_ms);
        return;
    }
    backend->browser = avahi_service_browser_new(backend->client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, RECORD_TYPE,
                                                 RECORD_DOMAIN, 0, on_browse, backend);
    if (!backend->browser)
        backend->browser_failed = true;
}

/* An AVAHI_ERR code. */
static int publish_anew(struct backend *backend, AvahiStringList *text, uint16_t port)
{
    uint8_t random[INSTANCE_SIZE];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return AVAHI_ERR_OS;
    publication_rename(&backend->publication, random);

    if (!backend->group)
        backend->group = avahi_entry_group_new(backend->client, on_group, backend);
    if (!backend->group)
        return avahi_client_errno(backend->client);
    int failure = avahi_entry_group_reset(backend->group);
    backend->group_failed = false;
    if (!failure)
        failure = avahi_entry_group_add_service_strlst(backend->group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, 0,
                                                       backend->publication.instance, RECORD_TYPE, RECORD_DOMAIN, NULL,
                                                       port, text);
    return failure ? failure : avahi_entry_group_commit(backend->group);
}

static int publish_text(struct backend *backend, AvahiStringList *text)
{
    return avahi_entry_group_update_service_txt_strlst(backend->group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, 0,
                                                       backend->publication.instance, RECORD_TYPE, RECORD_DOMAIN, text);
}

static void publish(struct backend *backend, const struct announcement *wanted, uint64_t now_ms, uint64_t *due_ms)
{
    if (backend->group_failed) {
        backend->group_failed = false;
        publication_failed(&backend->publication, now_ms);
    }
    enum publication_step step = publication_next(&backend->publication, wanted, now_ms, due_ms);
    if (step == PUBLISH_NOTHING)
        return;

    AvahiStringList *text = record_text(&wanted->beacon);
    int failure = step == PUBLISH_ANEW ? publish_anew(backend, text, wanted->port) : publish_text(backend, text);
    avahi_string_list_free(text);
    if (failure) {
        backend->events->log(backend->events->arg, "avahi-daemon does not publish: %s", avahi_strerror(failure));
        publication_failed(&backend->publication, now_ms);
        due_at(due_ms, backend->publication.not_before_ms);
    } else {
        publication_committed(&backend->publication, wanted, now_ms);
    }
}

/* ---------------------------------------------------------------- for the main loop */

static struct backend *daemon_new(const AvahiPoll *poll, const struct backend_events *events, bool loopback)
{
    (void)loopback; /* the daemon has its own configuration */
    struct backend *backend = alloc_zero(1, sizeof *backend);
    backend->poll = poll;
    backend->events = events;
    return backend;
}

static void daemon_free(struct backend *backend)
{
    disconnect(backend);
    free(backend);
}

static void free_object(struct lookup *lookup)
{
    if (lookup->is_watch)
        avahi_record_browser_free(lookup->object);
    else
        avahi_service_resolver_free(lookup->object);
}

static bool daemon_step(struct backend *backend, const struct announcement *wanted, uint64_t now_ms, uint64_t *due_ms)
{
    if (backend->client && backend->state == AVAHI_CLIENT_FAILURE) {
        disconnect(backend);
        due_at(due_ms, now_ms > backend->connect_ms ? now_ms : backend->connect_ms);
        return false; /* once at least, so that the caller learns of the loss */
    }
    if (!backend->client && now_ms >= backend->connect_ms)
        connect_daemon(backend, now_ms);
    if (!backend->client) {
        due_at(due_ms, backend->connect_ms);
        return false;
    }
    switch (backend->state) {
    case AVAHI_CLIENT_S_REGISTERING:
    case AVAHI_CLIENT_S_COLLISION: /* it takes another host name; what is published must follow that */
        backend->publication.committed = false;
        break;
    case AVAHI_CLIENT_S_RUNNING:
        publish(backend, wanted, now_ms, due_ms);
        break;
    case AVAHI_CLIENT_CONNECTING:
        return false;
    case AVAHI_CLIENT_FAILURE:
        due_at(due_ms, now_ms);
        return false;
    }
    lookups_sweep(&backend->lookups, free_object);
    browse(backend, now_ms, due_ms);
    return true;
}

static bool daemon_look_up(struct backend *backend, const struct service_key *key)
{
    struct lookup *lookup = lookups_add(&backend->lookups, backend, key);
    if (!lookup)
        return false;
    lookup->object = avahi_service_resolver_new(backend->client, key->interface, key->protocol, key->instance,
                                                RECORD_TYPE, RECORD_DOMAIN, key->protocol, 0, on_resolve, lookup);
    if (!lookup->object)
        lookups_answered(lookup, backend->events, NULL, 0, NULL);
    return true;
}

static void daemon_watch(struct backend *backend, const char *instance)
{
    char name[AVAHI_DOMAIN_NAME_MAX];
    struct lookup *watch = lookups_add_watch(&backend->lookups, backend, instance);
    if (!watch)
        return;
    if (avahi_service_name_join(name, sizeof name, instance, RECORD_TYPE, RECORD_DOMAIN) == AVAHI_OK)
        watch->object = avahi_record_browser_new(backend->client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, name,
                                                 AVAHI_DNS_CLASS_IN, AVAHI_DNS_TYPE_TXT, 0, on_record, watch);
    if (!watch->object)
        watch->done = true;
}

static void daemon_unwatch(struct backend *backend, const char *instance)
{
    lookups_end_watch(backend->lookups, instance);
}

const struct backend_kind backend_daemon = {
    .name = "avahi-daemon",
    .new = daemon_new,
    .free = daemon_free,
    .step = daemon_step,
    .look_up = daemon_look_up,
    .watch = daemon_watch,
    .unwatch = daemon_unwatch,
};
