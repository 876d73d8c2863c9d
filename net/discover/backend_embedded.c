/* SPDX-License-Identifier: MIT
 * mDNS with Avahi's engine in this process, for computers without an avahi-daemon.
 *
 * Several copies on one computer, or one beside a daemon that starts, must not claim the same records, or they collide
 * for ever: so the host name is a random one of our own, Avahi publishes no addresses by itself, and ours go out
 * without the reverse records, which belong to whoever else is here. */
#include "backend.h"
#include "core/base/alloc.h"
#include "due.h"
#include "entry_group_free.h"
#include "interfaces.h"
#include "lookups.h"
#include "record.h"
#include <avahi-common/error.h>
#include <avahi-core/core.h>
#include <avahi-core/lookup.h>
#include <avahi-core/publish.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define RETRY_MS 5000
#define SETTLE_MS 300 /* changes of addresses come in flocks */

struct backend {
    const AvahiPoll *poll;
    const struct backend_events *events;
    AvahiServer *server;
    AvahiServerState state;
    AvahiSServiceBrowser *browser;
    AvahiSEntryGroup *service;
    AvahiSEntryGroup *host; /* our A and AAAA records */
    struct interface_address addresses[INTERFACES_ADDRESSES_MAX];
    size_t address_count;
    struct lookup *lookups;
    struct publication publication;
    bool group_failed; /* a name is taken: practically only by a mirror of ourselves */
    bool browser_failed;
    bool complained;
    bool loopback;
    int monitor; /* −1: none */
    AvahiWatch *monitor_watch;
    bool addresses_stale;
    uint64_t addresses_ms; /* read them anew then; 0: no need */
    uint64_t retry_ms;     /* no new server before */
};

/* ---------------------------------------------------------------- what Avahi tells */

static void on_server(AvahiServer *server, AvahiServerState state, void *arg)
{
    struct backend *backend = arg;
    (void)server;
    backend->state = state;
}

static void on_group(AvahiServer *server, AvahiSEntryGroup *group, AvahiEntryGroupState state, void *arg)
{
    struct backend *backend = arg;
    (void)server, (void)group;
    if (state == AVAHI_ENTRY_GROUP_COLLISION || state == AVAHI_ENTRY_GROUP_FAILURE)
        backend->group_failed = true;
}

static void on_browse(AvahiSServiceBrowser *browser, AvahiIfIndex interface, AvahiProtocol protocol,
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

static void on_resolve(AvahiSServiceResolver *resolver, AvahiIfIndex interface, AvahiProtocol protocol,
                       AvahiResolverEvent event, const char *name, const char *type, const char *domain,
                       const char *host, const AvahiAddress *address, uint16_t port, AvahiStringList *text,
                       AvahiLookupResultFlags flags, void *arg)
{
    (void)resolver, (void)interface, (void)protocol, (void)name, (void)type, (void)domain, (void)host, (void)flags;
    struct lookup *lookup = arg;
    lookups_answered(lookup, lookup->backend->events, event == AVAHI_RESOLVER_FOUND ? address : NULL, port, text);
}

static void on_record(AvahiSRecordBrowser *browser, AvahiIfIndex interface, AvahiProtocol protocol,
                      AvahiBrowserEvent event, AvahiRecord *record, AvahiLookupResultFlags flags, void *arg)
{
    (void)browser, (void)interface, (void)protocol, (void)flags;
    struct lookup *watch = arg;
    if (watch->done || event != AVAHI_BROWSER_NEW || !record)
        return;
    watch->backend->events->changed(watch->backend->events->arg, watch->key.instance, record->data.txt.string_list);
}

static void on_monitor(AvahiWatch *watch, int fd, AvahiWatchEvent event, void *arg)
{
    struct backend *backend = arg;
    (void)watch, (void)event;
    interfaces_monitor_drain(fd);
    backend->addresses_stale = true;
}

/* ---------------------------------------------------------------- the engine */

static void stop_server(struct backend *backend)
{
    lookups_drop(&backend->lookups); /* everything that hangs on the server goes with it, with a goodbye */
    backend->browser = NULL;
    backend->service = backend->host = NULL;
    backend->group_failed = backend->browser_failed = false;
    backend->publication.committed = false;
    backend->address_count = 0;
    if (backend->server)
        avahi_server_free(backend->server);
    backend->server = NULL;
    entry_group_free_set_server(NULL);
}

static bool random_label(char ret_label[INSTANCE_SIZE + 1])
{
    struct publication name;
    uint8_t random[INSTANCE_SIZE];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return false;
    publication_rename(&name, random);
    memcpy(ret_label, name.instance, sizeof name.instance);
    return true;
}

static int start_server(struct backend *backend)
{
    char host_name[INSTANCE_SIZE + 1];
    int failure = 0;
    AvahiServerConfig config;
    if (!random_label(host_name))
        return AVAHI_ERR_OS;

    avahi_server_config_init(&config);
    config.host_name = host_name;
    config.publish_hinfo = 0;
    config.publish_addresses = 0;
    config.publish_workstation = 0;
    config.publish_domain = 0;
    config.use_iff_running = 1;
    config.enable_wide_area = 0;
    if (!backend->loopback)
        config.deny_interfaces = avahi_string_list_new("lo", NULL);
    backend->state = AVAHI_SERVER_INVALID;
    backend->server = avahi_server_new(backend->poll, &config, on_server, backend, &failure);
    entry_group_free_set_server(backend->server);
    config.host_name = NULL; /* not from Avahi's heap */
    avahi_server_config_free(&config);
    backend->addresses_stale = true;
    backend->addresses_ms = 0;
    return failure;
}

static bool ensure_server(struct backend *backend, uint64_t now_ms, uint64_t *due_ms)
{
    if (backend->server && backend->state == AVAHI_SERVER_FAILURE) {
        stop_server(backend);
        backend->retry_ms = now_ms + RETRY_MS;
        due_at(due_ms, backend->retry_ms);
        return false;
    }
    if (!backend->server && now_ms >= backend->retry_ms) {
        int failure = start_server(backend);
        backend->retry_ms = now_ms + RETRY_MS;
        if (failure && !backend->complained)
            backend->events->log(backend->events->arg, "cannot speak mDNS: %s", avahi_strerror(failure));
        backend->complained = failure;
    }
    if (!backend->server)
        due_at(due_ms, backend->retry_ms);
    return backend->server;
}

/* ---------------------------------------------------------------- browsing and publishing */

static void browse(struct backend *backend)
{
    if (backend->browser_failed && backend->browser) {
        avahi_s_service_browser_free(backend->browser);
        backend->browser = NULL;
    }
    backend->browser_failed = false;
    if (!backend->browser)
        backend->browser = avahi_s_service_browser_new(backend->server, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
                                                       RECORD_TYPE, RECORD_DOMAIN, 0, on_browse, backend);
}

static void publish_addresses(struct backend *backend)
{
    if (!backend->host)
        backend->host = avahi_s_entry_group_new(backend->server, on_group, backend);
    if (!backend->host)
        return;
    avahi_s_entry_group_reset(backend->host);
    for (size_t i = 0; i < backend->address_count; i++) {
        struct interface_address *address = &backend->addresses[i];
        avahi_server_add_address(backend->server, backend->host, address->interface, AVAHI_PROTO_UNSPEC,
                                 AVAHI_PUBLISH_NO_REVERSE, NULL, &address->address);
    }
    if (backend->address_count)
        avahi_s_entry_group_commit(backend->host);
}

static void follow_addresses(struct backend *backend, uint64_t now_ms, uint64_t *due_ms)
{
    if (backend->addresses_stale) {
        backend->addresses_stale = false;
        if (!backend->addresses_ms)
            backend->addresses_ms = backend->host ? now_ms + SETTLE_MS : now_ms;
    }
    if (!backend->addresses_ms)
        return;
    if (now_ms < backend->addresses_ms) {
        due_at(due_ms, backend->addresses_ms);
        return;
    }
    backend->addresses_ms = 0;

    struct interface_address now[INTERFACES_ADDRESSES_MAX];
    size_t count = interfaces_addresses(backend->loopback, now);
    if (backend->host && count == backend->address_count && memcmp(now, backend->addresses, count * sizeof *now) == 0)
        return;
    memcpy(backend->addresses, now, count * sizeof *now);
    backend->address_count = count;
    publish_addresses(backend);
}

/* An AVAHI_ERR code. */
static int publish_anew(struct backend *backend, AvahiStringList *text, uint16_t port)
{
    if (!random_label(backend->publication.instance))
        return AVAHI_ERR_OS;
    if (!backend->service)
        backend->service = avahi_s_entry_group_new(backend->server, on_group, backend);
    if (!backend->service)
        return avahi_server_errno(backend->server);
    avahi_s_entry_group_reset(backend->service);
    int failure =
        avahi_server_add_service_strlst(backend->server, backend->service, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, 0,
                                        backend->publication.instance, RECORD_TYPE, RECORD_DOMAIN, NULL, port, text);
    return failure ? failure : avahi_s_entry_group_commit(backend->service);
}

static int publish_text(struct backend *backend, AvahiStringList *text)
{
    return avahi_server_update_service_txt_strlst(backend->server, backend->service, AVAHI_IF_UNSPEC,
                                                  AVAHI_PROTO_UNSPEC, 0, backend->publication.instance, RECORD_TYPE,
                                                  RECORD_DOMAIN, text);
}

static void publish(struct backend *backend, const struct announcement *wanted, uint64_t now_ms, uint64_t *due_ms)
{
    enum publication_step step = publication_next(&backend->publication, wanted, now_ms, due_ms);
    if (step == PUBLISH_NOTHING)
        return;

    AvahiStringList *text = record_text(&wanted->beacon);
    int failure = step == PUBLISH_ANEW ? publish_anew(backend, text, wanted->port) : publish_text(backend, text);
    avahi_string_list_free(text);
    if (failure) {
        backend->events->log(backend->events->arg, "cannot publish: %s", avahi_strerror(failure));
        publication_failed(&backend->publication, now_ms);
        due_at(due_ms, backend->publication.not_before_ms);
    } else {
        publication_committed(&backend->publication, wanted, now_ms);
    }
}

/* Takes another host name, and publishes everything anew under it. */
static void resolve_collision(struct backend *backend, uint64_t now_ms)
{
    char host_name[INSTANCE_SIZE + 1];
    backend->group_failed = false;
    publication_failed(&backend->publication, now_ms);
    if (!random_label(host_name))
        return;
    if (backend->service)
        avahi_s_entry_group_reset(backend->service);
    if (backend->host)
        avahi_s_entry_group_reset(backend->host);
    avahi_server_set_host_name(backend->server, host_name);
    backend->address_count = 0;
    backend->addresses_stale = true;
}

/* ---------------------------------------------------------------- for the main loop */

static struct backend *embedded_new(const AvahiPoll *poll, const struct backend_events *events, bool loopback)
{
    struct backend *backend = alloc_zero(1, sizeof *backend);
    backend->poll = poll;
    backend->events = events;
    backend->loopback = loopback;
    backend->monitor = interfaces_monitor_open();
    if (backend->monitor >= 0)
        backend->monitor_watch = poll->watch_new(poll, backend->monitor, AVAHI_WATCH_IN, on_monitor, backend);
    return backend;
}

static void embedded_free(struct backend *backend)
{
    stop_server(backend);
    if (backend->monitor_watch)
        backend->poll->watch_free(backend->monitor_watch);
    if (backend->monitor >= 0)
        close(backend->monitor);
    free(backend);
}

static void free_object(struct lookup *lookup)
{
    if (lookup->is_watch)
        avahi_s_record_browser_free(lookup->object);
    else
        avahi_s_service_resolver_free(lookup->object);
}

static bool embedded_step(struct backend *backend, const struct announcement *wanted, uint64_t now_ms, uint64_t *due_ms)
{
    if (!ensure_server(backend, now_ms, due_ms))
        return false;
    lookups_sweep(&backend->lookups, free_object);
    browse(backend);
    if (backend->group_failed || backend->state == AVAHI_SERVER_COLLISION)
        resolve_collision(backend, now_ms);
    if (backend->state == AVAHI_SERVER_RUNNING) {
        follow_addresses(backend, now_ms, due_ms);
        publish(backend, wanted, now_ms, due_ms);
    }
    return true;
}

static bool embedded_look_up(struct backend *backend, const struct service_key *key)
{
    struct lookup *lookup = lookups_add(&backend->lookups, backend, key);
    if (!lookup)
        return false;
    lookup->object = avahi_s_service_resolver_new(backend->server, key->interface, key->protocol, key->instance,
                                                  RECORD_TYPE, RECORD_DOMAIN, key->protocol, 0, on_resolve, lookup);
    if (!lookup->object)
        lookups_answered(lookup, backend->events, NULL, 0, NULL);
    return true;
}

static void embedded_watch(struct backend *backend, const char *instance)
{
    char name[AVAHI_DOMAIN_NAME_MAX];
    struct lookup *watch = lookups_add_watch(&backend->lookups, backend, instance);
    if (!watch)
        return;
    AvahiKey *key = NULL;
    if (avahi_service_name_join(name, sizeof name, instance, RECORD_TYPE, RECORD_DOMAIN) == AVAHI_OK)
        key = avahi_key_new(name, AVAHI_DNS_CLASS_IN, AVAHI_DNS_TYPE_TXT);
    if (key) {
        watch->object = avahi_s_record_browser_new(backend->server, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, key,
                                                   AVAHI_LOOKUP_USE_MULTICAST, on_record, watch);
        avahi_key_unref(key);
    }
    if (!watch->object)
        watch->done = true;
}

static void embedded_unwatch(struct backend *backend, const char *instance)
{
    lookups_end_watch(backend->lookups, instance);
}

const struct backend_kind backend_embedded = {
    .name = "embedded Avahi",
    .new = embedded_new,
    .free = embedded_free,
    .step = embedded_step,
    .look_up = embedded_look_up,
    .watch = embedded_watch,
    .unwatch = embedded_unwatch,
};
