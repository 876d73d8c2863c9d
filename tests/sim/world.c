/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "check.h"
#include "core/base/alloc.h"
#include "disk.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define REQUERY_MS 37000
#define LOCK_MS 60000

static const struct medium_kind *default_medium(void)
{
    const char *name = getenv("SIM_STORE");
    const struct medium_kind *kind = name ? medium_kind_named(name) : &memory_medium;
    if (!kind) {
        fprintf(stderr, "SIM_STORE: there is no kind of disk called %s\n", name);
        abort();
    }
    return kind;
}

void world_init(struct world *world, uint64_t seed)
{
    uint8_t bytes[32] = {0};
    enum error err = crypto_init();
    assert(!err);
    (void)err;
    *world = (struct world){.seed = seed, .mdns = true};
    world->weather = (struct weather){.delay_us = 200, .jitter_us = 800, .bytes_per_ms = 50000, .commit_us = 3000};
    world->medium = default_medium();
    world->loud = getenv("SIM_LOUD") != NULL;
    put_u64(bytes, seed);
    random_stir(&world->random, bytes);
}

void world_done(struct world *world)
{
    for (size_t i = 0; i < world->host_count; i++)
        host_free(world->hosts[i]);
    for (size_t i = 0; i < world->cable_count; i++)
        cable_free(world->cables[i]);
    for (size_t i = 0; i < world->asked_count; i++)
        free(world->asked[i]);
    for (size_t i = 0; i < world->durable.capacity; i++)
        free(world->durable.slots[i].value);
    table_done(&world->durable);
    for (size_t i = 0; i < world->names.capacity; i++)
        free(world->names.slots[i].value);
    table_done(&world->names);
    table_done(&world->forkers);
    agenda_done(&world->agenda);
    buffer_done(&world->scratch);
    free(world->cables);
    free(world->asked);
}

uint64_t world_below(struct world *world, uint64_t bound)
{
    return bound ? random_below(&world->random, bound) : 0;
}

void world_fail(struct world *world, const char *format, ...)
{
    va_list arguments;
    if (world->failure[0])
        return;
    va_start(arguments, format);
    int size = snprintf(world->failure, sizeof world->failure,
                        "seed %llu, at %.3f s: ", (unsigned long long)world->seed, (double)world->now_us / 1e6);
    vsnprintf(world->failure + size, sizeof world->failure - (size_t)size, format, arguments);
    va_end(arguments);
}

void world_log(struct host *host, enum error err, struct bytes text)
{
    static const char twin[] = "this identity runs on two computers";
    host->told_of_twin += text.size >= sizeof twin - 1 && memcmp(text.data, twin, sizeof twin - 1) == 0;
    if (host->world->loud)
        fprintf(stderr, "%10.3f %s: %.*s (%s)\n", (double)host->world->now_us / 1e6, host->name, (int)text.size,
                (const char *)text.data, error_code(err));
}

void world_mix(struct world *world, struct bytes bytes)
{
    world->fingerprint = XXH3_64bits_withSeed(bytes.data, bytes.size, world->fingerprint);
}

void world_note_event(struct host *host, const struct event *event)
{
    const uint64_t when_and_what[] = {host->world->now_us, host->index, event->type};
    world_mix(host->world, (struct bytes){(const uint8_t *)when_and_what, sizeof when_and_what});
    world_mix(host->world, event->bytes);
}

/* ---------------------------------------------------------------- time */

static void keep_appointment(const struct appointment *appointment)
{
    struct host *host = appointment->host;
    switch (appointment->type) {
    case AGENDA_WAKE:
        if (appointment->serial == host->boot)
            host_alarm(host, appointment->at_us);
        return;
    case AGENDA_COMMITTED:
        if (appointment->serial == host->boot)
            disk_committed(host);
        return;
    case AGENDA_COLLECT:
        if (appointment->serial == host->boot)
            host_collect(host);
        return;
    case AGENDA_SEEN:
        if (appointment->serial == host->boot)
            host_sees(host, appointment->seen);
        return;
    case AGENDA_DIALLED:
        cable_dialled(appointment->cable);
        return;
    case AGENDA_ARRIVED:
        cable_arrived(appointment->cable, appointment->side);
        return;
    case AGENDA_TELL:
        cable_tell(appointment->cable, appointment->side);
        return;
    case AGENDA_FLUSHED:
        cable_flushed(appointment->cable, appointment->side);
        return;
    }
}

static bool advance(struct world *world, uint64_t until_us)
{
    struct appointment next;
    if (!agenda_next(&world->agenda, until_us, &next))
        return false;
    if (next.at_us > world->now_us)
        world->now_us = next.at_us;
    keep_appointment(&next);
    return true;
}

void world_run(struct world *world, uint64_t ms)
{
    uint64_t until_us = world->now_us + ms * 1000;
    while (!world->failure[0] && advance(world, until_us))
        ;
    world->now_us = until_us;
}

bool world_until(struct world *world, world_predicate predicate, uint64_t ms)
{
    uint64_t until_us = world->now_us + ms * 1000;
    while (!world->failure[0]) {
        if (predicate(world))
            return true;
        if (world->now_us >= until_us)
            return false;
        world_run(world, 20);
    }
    return false;
}

/* ---------------------------------------------------------------- weather and accidents */

struct host *world_host(const struct world *world, const char *name)
{
    for (size_t i = 0; i < world->host_count; i++)
        if (strcmp(world->hosts[i]->name, name) == 0)
            return world->hosts[i];
    fprintf(stderr, "nobody here is called %s\n", name);
    abort();
}

bool world_is_cut(const struct world *world, const struct host *from, const struct host *to)
{
    return world->cut[from->index][to->index];
}

/* Which computer runs and has that address: its number is a part of it (host_start()).  NULL: none. */
static struct host *host_with(const struct world *world, const uint8_t ip[16])
{
    size_t number = get_u16(ip + 14);
    struct host *host = number && number <= world->host_count ? world->hosts[number - 1] : NULL;
    return host && host->running && memcmp(host->address.ip, ip, 16) == 0 ? host : NULL;
}

struct host *world_at_address(const struct world *world, const struct address *address)
{
    struct host *host = host_with(world, address->ip);
    return host && host->address.port == address->port ? host : NULL;
}

bool world_is_dark(const struct world *world, const struct address *address)
{
    return !host_with(world, address->ip);
}

void world_cut(struct world *world, const char *a, const char *b)
{
    size_t x = world_host(world, a)->index, y = world_host(world, b)->index;
    world->cut[x][y] = world->cut[y][x] = true;
}

void world_isolate(struct world *world, const char *name)
{
    size_t x = world_host(world, name)->index;
    for (size_t i = 0; i < WORLD_HOSTS_MAX; i++)
        if (i != x)
            world->cut[x][i] = world->cut[i][x] = true;
}

void world_heal(struct world *world)
{
    memset(world->cut, 0, sizeof world->cut);
    for (size_t i = 0; i < world->host_count; i++) /* mDNS notices by its next query */
        host_asks_around(world->hosts[i], REQUERY_MS);
}

void world_crash(struct world *world, const char *name, bool power_cut)
{
    struct host *host = world_host(world, name);
    if (host->running)
        host_stop(host, power_cut);
}

void world_stop(struct world *world, const char *name)
{
    struct command command = {.type = COMMAND_STOP};
    struct asked asked;
    if (!world_host(world, name)->node)
        return;
    enum error err = world_command(world, name, &command, 1000, &asked);
    if (err && err != ERR_TIMEOUT)
        world_log(world_host(world, name), err, BYTES_TEXT("could not stop in good order"));
    world_crash(world, name, false);
}

void world_lock(struct world *world, const char *name)
{
    struct command command = {.type = COMMAND_LOCK};
    struct asked asked;
    enum error err = world_command(world, name, &command, LOCK_MS, &asked);
    if (err)
        world_fail(world, "%s cannot be locked: %s", name, error_code(err));
}

void world_unlock(struct world *world, const char *name)
{
    struct command command = {.type = COMMAND_UNLOCK, .store_key = &world_host(world, name)->store_key};
    struct asked asked;
    enum error err = world_command(world, name, &command, LOCK_MS, &asked);
    if (err && err != ERR_BUSY) /* then it is being unlocked, as soon as its disk has rest */
        world_fail(world, "%s cannot be unlocked: %s", name, error_code(err));
}

void world_restart(struct world *world, const char *name)
{
    world_crash(world, name, false);
    host_start(world_host(world, name));
    if (!world_host(world, name)->rolled_back)
        check_acknowledged(world_host(world, name));
}

void world_restore(struct world *world, const char *name, const struct medium *backup)
{
    struct host *host = world_host(world, name);
    world_crash(world, name, false);
    medium_free(host->disk);
    host->disk = medium_copy(backup);
    medium_mark_copied(host->disk);
    host->rolled_back = true;
    check_excuse(world);
    host_start(host);
}

/* ---------------------------------------------------------------- questions */

size_t world_connections(const struct world *world, const char *name)
{
    const struct host *host = world_host(world, name);
    size_t count = 0;
    for (size_t i = 0; i < world->cable_count; i++) {
        const struct cable_end *ends = world->cables[i]->ends;
        count += ends[1].host && (ends[0].host == host || ends[1].host == host);
    }
    return count;
}

size_t world_links(const struct world *world, const char *a, const char *b)
{
    const struct host *x = world_host(world, a), *y = world_host(world, b);
    size_t count = 0;
    for (size_t i = 0; i < world->cable_count; i++) {
        const struct cable_end *ends = world->cables[i]->ends;
        bool between = (ends[0].host == x && ends[1].host == y) || (ends[0].host == y && ends[1].host == x);
        count += between && ends[0].state == END_OPEN && ends[1].state == END_OPEN;
    }
    return count;
}

void world_check_end(struct world *world)
{
    for (size_t i = 0; i < world->host_count; i++)
        check_acknowledged(world->hosts[i]);
}
