/* SPDX-License-Identifier: MIT */
#include "assemble.h"
#include "core/crypto.h"
#include "listen_port.h"
#include "net/address.h"
#include "net/discovery.h"
#include "net/disk.h"
#include "net/rpc.h"
#include "net/runtime.h"
#include "passphrase.h"
#include "store/store.h"
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum { SIGNALS = 2 };

struct assembly {
    const struct assemble_options *options;
    uv_loop_t loop;
    struct store *store;
    struct node *node;
    struct runtime *runtime;
    struct rpc *rpc;
    struct discovery *discovery; /* NULL: off, or there is no helper */
    const char *discovery_state;
    char listen[ADDRESS_TEXT_SIZE];
    char socket[PATH_MAX];
    uv_signal_t signals[SIGNALS];
    bool stopping;
    uint64_t migrated; /* told last: tenths */
};

/* ---------------------------------------------------------------- what the runtime tells */

static void on_reply(void *arg, const struct effect *reply)
{
    const struct assembly *assembly = arg;

    if (assembly->rpc)
        rpc_reply(assembly->rpc, reply);
}

static void on_notice(void *arg, const struct effect *notice)
{
    const struct assembly *assembly = arg;

    if (assembly->rpc)
        rpc_notice(assembly->rpc, notice);
}

static void on_announce(void *arg, const struct beacon *beacon, bool again, uint16_t port)
{
    const struct assembly *assembly = arg;

    if (assembly->discovery)
        discovery_announce(assembly->discovery, beacon, port, again);
}

static void log_line(const struct assembly *assembly, const char *text)
{
    assembly->options->log(assembly->options->arg, text);
}

static void on_log(void *arg, struct bytes text, enum error error)
{
    char line[512];

    if (error)
        snprintf(line, sizeof line, "%.*s: %s", (int)text.size, (const char *)text.data, error_sentence(error));
    else
        snprintf(line, sizeof line, "%.*s", (int)text.size, (const char *)text.data);
    for (char *at = line; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    log_line(arg, line);
}

/* ---------------------------------------------------------------- what discovery tells */

static void on_seen(void *arg, struct bytes instance, const struct address *address, const struct beacon *beacon)
{
    const struct assembly *assembly = arg;
    runtime_peer_seen(assembly->runtime, instance, beacon, address);
}

static void on_gone(void *arg, struct bytes instance)
{
    const struct assembly *assembly = arg;
    runtime_peer_gone(assembly->runtime, instance);
}

static void on_discovery_log(void *arg, const char *text)
{
    log_line(arg, text);
}

/* ---------------------------------------------------------------- what the local API asks for */

static uint64_t next_command_id(void *arg)
{
    const struct assembly *assembly = arg;
    return runtime_command_id(assembly->runtime);
}

static void submit(void *arg, const struct command *command)
{
    const struct assembly *assembly = arg;
    runtime_command(assembly->runtime, command);
}

static void read_done(void *arg)
{
    const struct assembly *assembly = arg;
    runtime_read_done(assembly->runtime);
}

static uint64_t pinned_ms(void *arg, uint64_t *ret_process)
{
    const struct assembly *assembly = arg;
    return disk_pinned_ms(store_journal(assembly->store), ret_process);
}

static const char *discovery_state(void *arg)
{
    const struct assembly *assembly = arg;
    return assembly->discovery_state;
}

/* ---------------------------------------------------------------- the passphrase */

static bool has_passphrase(void *arg)
{
    const struct assembly *assembly = arg;
    return store_has_passphrase(assembly->store);
}

static enum error unlock(void *arg, struct bytes passphrase, const struct secret_key **ret_key)
{
    struct assembly *assembly = arg;
    enum error err = store_unlock(assembly->store, passphrase);

    if (!err)
        *ret_key = store_key(assembly->store);
    return err;
}

static enum error lock(void *arg)
{
    struct assembly *assembly = arg;
    return store_lock(assembly->store);
}

static enum error change_passphrase(void *arg, struct bytes old, struct bytes fresh)
{
    struct assembly *assembly = arg;
    return store_set_passphrase(assembly->store, old, fresh);
}

/* ---------------------------------------------------------------- the end */

static void on_stopped(void *arg)
{
    (void)arg; /* the loop ends by itself when its last handle is gone */
}

static void stop(void *arg)
{
    struct assembly *assembly = arg;

    if (assembly->stopping)
        return;
    assembly->stopping = true;
    for (size_t i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&assembly->signals[i], NULL);
    if (assembly->discovery)
        discovery_stop(assembly->discovery, on_stopped);
    assembly->discovery = NULL;
    if (assembly->rpc)
        rpc_close(assembly->rpc, on_stopped, NULL);
    assembly->rpc = NULL;
    runtime_stop(assembly->runtime, on_stopped, NULL);
}

static void on_signal(uv_signal_t *signal, int number)
{
    (void)number;
    stop(signal->data);
}

static void watch_signals(struct assembly *assembly)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT};

    for (size_t i = 0; i < SIGNALS; i++) {
        uv_signal_init(&assembly->loop, &assembly->signals[i]);
        assembly->signals[i].data = assembly;
        uv_signal_start(&assembly->signals[i], on_signal, numbers[i]);
    }
}

/* ---------------------------------------------------------------- the beginning */

static void on_migrating(void *arg, uint64_t done, uint64_t total)
{
    struct assembly *assembly = arg;
    uint64_t tenths = done * 10 / total;
    char line[64];

    if (tenths == assembly->migrated)
        return;
    assembly->migrated = tenths;
    snprintf(line, sizeof line, "bringing the database up to date: %u %%", (unsigned)tenths * 10);
    log_line(assembly, line);
}

static enum error open_lock(struct assembly *assembly)
{
    struct passphrase *passphrase = assembly->options->passphrase;
    enum error err = OK;

    if (passphrase && store_has_passphrase(assembly->store))
        err = store_unlock(assembly->store, BYTES_TEXT(passphrase->text));
    if (passphrase)
        passphrase_wipe(passphrase);
    if (!store_key(assembly->store) && !err)
        log_line(assembly, "this home is locked: nothing is read, written or received until `zuruf unlock`");
    return err;
}

static enum error open_store(struct assembly *assembly)
{
    struct store_options options = {.directory = assembly->options->home, .migrating = on_migrating, .arg = assembly};
    enum error err = crypto_init();

    if (!err)
        err = store_open(&options, &assembly->store);
    return err ? err : open_lock(assembly);
}

static void make_runtime(struct assembly *assembly)
{
    struct runtime_options options = {
        .loop = &assembly->loop,
        .storage = store_storage(assembly->store),
        .journal = store_journal(assembly->store),
        .restored = store_was_restored(assembly->store),
        .callbacks = {assembly, on_reply, on_notice, on_announce, on_log},
    };

    assembly->runtime = runtime_new(&options);
}

/* Without a given address: any, at the port that others may remember, else at another. */
static enum error listen_somewhere(struct assembly *assembly, struct address *ret_bound)
{
    const struct assemble_options *options = assembly->options;
    struct address any = {.port = listen_port_load(options->home)};
    enum error err;

    if (options->listen)
        return runtime_listen(assembly->runtime, options->listen, ret_bound);
    err = runtime_listen(assembly->runtime, &any, ret_bound);
    if (err && any.port != 0) {
        any.port = 0;
        err = runtime_listen(assembly->runtime, &any, ret_bound);
    }
    if (!err)
        listen_port_save(options->home, ret_bound->port);
    return err;
}

static void make_node(struct assembly *assembly, uint16_t port)
{
    const struct secret_key *key = store_key(assembly->store);
    struct node_options options = {
        .storage = store_storage(assembly->store), .listen_port = port, .locked = key == NULL};

    if (key)
        options.store_key = *key;
    if (getrandom(options.home_id, sizeof options.home_id, 0) != sizeof options.home_id)
        abort();
    assembly->node = node_new(&options);
    crypto_wipe(&options.store_key, sizeof options.store_key);
}

static void start_discovery(struct assembly *assembly)
{
    struct discovery_options options = {
        .loop = &assembly->loop, .arg = assembly, .seen = on_seen, .gone = on_gone, .log = on_discovery_log};

    assembly->discovery_state = "off";
    if (!assembly->options->mdns)
        return;
    assembly->discovery_state = "running";
    if (discovery_start(&options, &assembly->discovery) != OK) {
        assembly->discovery = NULL;
        assembly->discovery_state = "unavailable";
        log_line(assembly, "the program zuruf-discover is missing: going on without mDNS");
    }
}

static enum error open_rpc(struct assembly *assembly)
{
    struct rpc_options options = {
        .loop = &assembly->loop,
        .path = assembly->socket,
        .node = assembly->node,
        .version = ZURUF_VERSION,
        .home = assembly->options->home,
        .listen = assembly->listen,
        .arg = assembly,
        .command_id = next_command_id,
        .submit = submit,
        .read_done = read_done,
        .passphrase = {has_passphrase, unlock, lock, change_passphrase},
        .discovery = discovery_state,
        .pinned_ms = pinned_ms,
        .on_stop = stop,
    };
    int size = snprintf(assembly->socket, sizeof assembly->socket, "%s/socket", assembly->options->home);

    return size < (int)sizeof assembly->socket ? rpc_open(&options, &assembly->rpc) : ERR_TOO_BIG;
}

static void add_peers(struct assembly *assembly)
{
    for (size_t i = 0; i < assembly->options->peer_count; i++) {
        struct command command = {.type = COMMAND_PEER_ADD, .address_count = 1};
        command.id = runtime_command_id(assembly->runtime);
        command.addresses[0] = assembly->options->peers[i];
        runtime_command(assembly->runtime, &command);
    }
}

/* From the store on; what stands after a failure is taken down by stop(). */
static enum error start(struct assembly *assembly, enum assemble_part *ret_part)
{
    struct address bound;

    make_runtime(assembly);
    *ret_part = ASSEMBLE_LISTEN;
    enum error err = listen_somewhere(assembly, &bound);
    if (err)
        return err;
    address_format(&bound, assembly->listen);
    make_node(assembly, bound.port);
    *ret_part = ASSEMBLE_SOCKET;
    err = open_rpc(assembly);
    if (err)
        return err;
    start_discovery(assembly);
    runtime_start(assembly->runtime, assembly->node);
    add_peers(assembly);
    assembly->options->ready(assembly->options->arg, assembly->listen);
    return OK;
}

enum error assemble_run(const struct assemble_options *options, enum assemble_part *ret_failed)
{
    struct assembly assembly = {.options = options};

    *ret_failed = ASSEMBLE_STORE;
    enum error err = open_store(&assembly);
    if (err)
        return err;
    uv_loop_init(&assembly.loop);
    watch_signals(&assembly);
    err = start(&assembly, ret_failed);
    if (err)
        stop(&assembly);
    uv_run(&assembly.loop, UV_RUN_DEFAULT);
    uv_loop_close(&assembly.loop);
    runtime_free(assembly.runtime);
    node_free(assembly.node);
    store_close(assembly.store);
    return err;
}
