/* SPDX-License-Identifier: MIT
 * Random lives of small offices: people join, chat, lose their line, their power, their disk.  Afterwards the network
 * heals, and everybody must have the same within 60 virtual seconds.
 *
 *     sim [--seed FIRST] [--seeds COUNT] [--nodes COUNT] [--minutes COUNT] [--real-seconds MOST]
 *
 * The first seed that fails is told, and how; SIM_LOUD=1 also tells what the nodes log. */
#include "check.h"
#include "world.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct plan {
    uint64_t first_seed, seeds, nodes, minutes, real_seconds;
};

struct life {
    struct world world;
    struct plan plan;
    struct code codes[WORLD_HOSTS_MAX];
    uint64_t said, rolled_back;
    bool joined[WORLD_HOSTS_MAX];
    struct medium *backups[WORLD_HOSTS_MAX];
};

static struct host *anybody(struct life *life)
{
    return life->world.hosts[world_below(&life->world, life->world.host_count)];
}

static bool one_in(struct life *life, uint64_t bound)
{
    return world_below(&life->world, bound) == 0;
}

/* ---------------------------------------------------------------- what people do */

/* Any message that was acknowledged lately; seq 0: none. */
static struct message_ref something_said(struct life *life)
{
    struct world *world = &life->world;
    const struct asked *asked = world->asked[world->asked_count - 1 - world_below(world, world->asked_count)];
    bool good = asked->type == COMMAND_SEND && asked->answered && !asked->error;
    return good ? asked->message : (struct message_ref){{{0}}, 0};
}

static void chat(struct life *life)
{
    struct world *world = &life->world;
    struct host *host = anybody(life);
    struct node_group group;
    char text[16001];
    if (!host->node || !node_group_at(host->node, 0, &group))
        return;
    size_t size = one_in(life, 30) ? 1 + world_below(world, sizeof text - 1) : 30;
    memset(text, '.', size);
    text[size] = 0;
    int head = snprintf(text, sizeof text, "%s %llu", host->name, (unsigned long long)++life->said);
    if ((size_t)head < size)
        text[head] = ' ';
    struct saying saying = {.text = text, .urgent = one_in(life, 50), .topic = one_in(life, 5) ? "Lunch" : NULL};
    if (one_in(life, 4))
        saying.reply_to = something_said(life);
    for (uint64_t i = one_in(life, 20) ? 50 : 1; i > 0; i--)
        world_post_more(world, host->name, &saying);
}

static void let_in(struct life *life)
{
    struct host *host = anybody(life);
    struct node_info info;
    if (!host->node || !life->world.hosts[0]->node)
        return;
    node_info(host->node, &info);
    if (info.has_workspace)
        return;
    if (!life->joined[host->index]) {
        enum error err = world_invite(&life->world, life->world.hosts[0]->name, &life->codes[host->index]);
        life->joined[host->index] = err == OK;
    }
    struct command command = {.type = COMMAND_JOIN, .code = life->codes[host->index]};
    world_ask(&life->world, host->name, &command);
}

/* ---------------------------------------------------------------- what happens to them */

static void change_weather(struct life *life)
{
    struct world *world = &life->world;
    world->weather.resets_per_million = one_in(life, 3) ? world_below(world, 20000) : 0;
    world->weather.segment_max = one_in(life, 4) ? 1 + world_below(world, 200) : 0;
    world->weather.delay_us = 100 + world_below(world, one_in(life, 4) ? 100000 : 1000);
    world->weather.jitter_us = world_below(world, one_in(life, 4) ? 300000 : 2000);
    world->weather.bytes_per_ms = one_in(life, 4) ? 10 + world_below(world, 200) : 50000;
    world->weather.commit_us = 1 + world_below(world, one_in(life, 4) ? 400000 : 5000);
}

static void part_or_heal(struct life *life)
{
    struct world *world = &life->world;
    switch (world_below(world, 4)) {
    case 0: /* halves */
        for (size_t i = 0; i < world->host_count; i++)
            for (size_t j = 0; j < world->host_count; j++)
                world->cut[i][j] = i % 2 != j % 2;
        return;
    case 1:
        world_isolate(world, anybody(life)->name);
        return;
    case 2: /* one direction only */
        world->cut[anybody(life)->index][anybody(life)->index] = true;
        return;
    default:
        world_heal(world);
        return;
    }
}

/* Keeps a backup, or puts one back. */
static void roll_back(struct life *life, struct host *host)
{
    struct medium **backup = &life->backups[host->index];
    struct node_info info = {0};
    if (host->node)
        node_info(host->node, &info);
    if (*backup && one_in(life, 2)) {
        world_restore(&life->world, host->name, *backup);
        life->rolled_back++;
    } else if (info.has_workspace) {
        medium_free(*backup);
        *backup = medium_copy(host->disk);
    }
}

static void accident(struct life *life)
{
    struct host *host = anybody(life);
    struct event event = {.type = EVENT_NETWORK};
    switch (world_below(&life->world, 9)) {
    case 5:
        host->clock_ms = one_in(life, 2) ? INT64_C(-1800000000000) : INT64_C(100) * 365 * 86400 * 1000;
        return;
    case 6:
        world_stop(&life->world, host->name);
        return;
    case 7:
        roll_back(life, host);
        return;
    case 0:
        world_crash(&life->world, host->name, one_in(life, 2));
        return;
    case 1:
    case 2:
        world_restart(&life->world, host->name);
        return;
    case 3:
        host->fail_commits = 1 + (unsigned)world_below(&life->world, 3);
        host->fail_with = one_in(life, 2) ? ERR_DISK : ERR_DISK_FULL;
        return;
    case 4:
        host->clock_ms = (int64_t)world_below(&life->world, 1200000) - 600000;
        return;
    default:
        host_step(host, &event);
        return;
    }
}

static void live_a_moment(struct life *life)
{
    struct world *world = &life->world;
    size_t recent = world->asked_count < 200 ? world->asked_count : 200;
    world_run(world, world_below(world, 400));
    for (int i = 0; i < 3; i++)
        check_receipt(world, world->asked[world->asked_count - 1 - world_below(world, recent)]);
    chat(life);
    if (one_in(life, 5))
        let_in(life);
    if (one_in(life, 40))
        accident(life);
    if (one_in(life, 60))
        part_or_heal(life);
    if (one_in(life, 60))
        change_weather(life);
}

/* ---------------------------------------------------------------- one seed */

static void begin(struct life *life, uint64_t seed)
{
    static const char *const names[] = {"alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"};
    char name[32];
    world_init(&life->world, seed);
    life->world.echo = seed % 2;
    for (size_t i = 0; i < life->plan.nodes; i++) {
        snprintf(name, sizeof name, "%s%.0zu", names[i % 8], i / 8);
        world_add(&life->world, name);
    }
    enum error err = world_found(&life->world, names[0], "Office");
    if (err)
        world_fail(&life->world, "no workspace: %s", error_code(err));
    life->world.weather.commit_us = 3000;
}

static void come_together(struct life *life)
{
    struct world *world = &life->world;
    world_heal(world);
    world->weather = (struct weather){.delay_us = 200, .jitter_us = 800, .bytes_per_ms = 50000, .commit_us = 3000};
    for (size_t i = 0; i < world->host_count; i++) {
        world->hosts[i]->fail_commits = 0;
        if (!world->hosts[i]->node)
            world_restart(world, world->hosts[i]->name);
    }
    world_settle(world);
    world_check_end(world);
}

struct figures {
    uint64_t virtual_ms, entries_taken, bytes_taken, bytes_sent, said, rolled_back, members, starts;
};

static bool live(const struct plan *plan, uint64_t seed, struct figures *figures)
{
    struct life *life = calloc(1, sizeof *life);
    life->plan = *plan;
    begin(life, seed);
    while (!life->world.failure[0] && life->world.now_us < plan->minutes * 60000000)
        live_a_moment(life);
    come_together(life);
    bool good = !life->world.failure[0];
    if (!good)
        printf("FAILED: %s\n", life->world.failure);
    for (size_t i = 0; i < life->world.host_count; i++) {
        figures->entries_taken += life->world.hosts[i]->entries_taken;
        figures->bytes_taken += life->world.hosts[i]->bytes_taken;
        figures->members += life->world.hosts[i]->entries_taken > 0;
        figures->starts += life->world.hosts[i]->boot / 2;
    }
    figures->virtual_ms += life->world.now_us / 1000;
    figures->bytes_sent += life->world.bytes_sent;
    figures->said += life->said;
    figures->rolled_back += life->rolled_back;
    for (size_t i = 0; i < WORLD_HOSTS_MAX; i++)
        medium_free(life->backups[i]);
    world_done(&life->world);
    free(life);
    return good;
}

/* ---------------------------------------------------------------- the program */

static double real_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool read_plan(int argc, char **argv, struct plan *ret)
{
    static const struct option options[] = {
        {"seed", required_argument, NULL, 's'},         {"seeds", required_argument, NULL, 'k'},
        {"nodes", required_argument, NULL, 'n'},        {"minutes", required_argument, NULL, 'm'},
        {"real-seconds", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        uint64_t value = optarg ? strtoull(optarg, NULL, 10) : 0;
        switch (option) {
        case 's':
            ret->first_seed = value;
            break;
        case 'k':
            ret->seeds = value;
            break;
        case 'n':
            ret->nodes = value;
            break;
        case 'm':
            ret->minutes = value;
            break;
        case 'r':
            ret->real_seconds = value;
            break;
        default:
            return false;
        }
    }
    return optind == argc && ret->nodes > 0 && ret->nodes <= WORLD_HOSTS_MAX;
}

int main(int argc, char **argv)
{
    struct plan plan = {.first_seed = 1, .seeds = 1, .nodes = 5, .minutes = 3, .real_seconds = UINT64_MAX};
    struct figures figures = {0};
    if (!read_plan(argc, argv, &plan)) {
        fprintf(stderr, "usage: sim [--seed FIRST] [--seeds COUNT] [--nodes COUNT] [--minutes COUNT]"
                        " [--real-seconds MOST]\n");
        return 2;
    }
    double began = real_seconds();
    uint64_t done = 0;
    while (done < plan.seeds && real_seconds() - began < (double)plan.real_seconds) {
        if (!live(&plan, plan.first_seed + done, &figures))
            return 1;
        done++;
    }
    double took = real_seconds() - began;
    printf("%llu seeds held: %.0f virtual s in %.1f real ones (%.0f x), %llu members, %llu starts, %llu rollbacks,"
           " %llu messages said, %llu entries taken, %.2f bytes sent for each byte that was missing\n",
           (unsigned long long)done, (double)figures.virtual_ms / 1e3, took, (double)figures.virtual_ms / 1e3 / took,
           (unsigned long long)figures.members, (unsigned long long)figures.starts,
           (unsigned long long)figures.rolled_back, (unsigned long long)figures.said,
           (unsigned long long)figures.entries_taken, (double)figures.bytes_sent / (double)figures.bytes_taken);
    return 0;
}
