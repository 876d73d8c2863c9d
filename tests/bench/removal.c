/* SPDX-License-Identifier: MIT
 * An admin removes one of 128 members of a workspace: what his node computes for it, and what each of the others is
 * sent: the REMOVE and the EPOCH behind it.  The real core, without a disk and a network. */
#include "bench.h"
#include "core/base/alloc.h"
#include "core/keys/sealing.h"
#include "core/members/groups.h"
#include "core/writing/compose.h"
#include <time.h>

#define MEMBERS 128

/* ---------------------------------------------------------------- a disk with nothing on it */

static enum error nothing_begins(void *ctx)
{
    (void)ctx;
    return OK;
}

static void nothing_ends(void *ctx)
{
    (void)ctx;
}

static enum error no_log(void *ctx, storage_log_visitor visit, void *arg)
{
    (void)ctx;
    (void)visit;
    (void)arg;
    return OK;
}

static enum error no_entry(void *ctx, uint32_t log, uint64_t seq, struct stored_entry *ret)
{
    (void)ctx;
    (void)log;
    (void)seq;
    (void)ret;
    return ERR_NOT_FOUND;
}

static enum error no_local(void *ctx, struct bytes key, struct bytes *ret)
{
    (void)ctx;
    (void)key;
    (void)ret;
    return ERR_NOT_FOUND;
}

static enum error no_locals(void *ctx, struct bytes prefix, storage_local_visitor visit, void *arg)
{
    (void)ctx;
    (void)prefix;
    (void)visit;
    (void)arg;
    return OK;
}

static const struct storage empty = {.begin = nothing_begins,
                                     .end = nothing_ends,
                                     .each_log = no_log,
                                     .get_entry = no_entry,
                                     .get_local = no_local,
                                     .each_local = no_locals};

/* ---------------------------------------------------------------- the workspace */

struct office {
    struct node *node;
    struct effects effects;
    uint64_t steps;
    struct sign_public newest; /* who came last */
};

static void step(struct office *office, struct event *event)
{
    event->now_ms = 1790000000000u + office->steps;
    event->mono_ms = ++office->steps;
    event->free_disk = event->disk_size = (uint64_t)1 << 40;
    put_u64(event->random, office->steps);
    node_step(office->node, event, &office->effects);
}

static void command(struct office *office, const struct command *command)
{
    struct event event = {.type = EVENT_COMMAND, .command = command};

    step(office, &event);
    for (size_t i = 0; i < office->effects.count; i++)
        if (office->effects.items[i].type == EFFECT_REPLY && office->effects.items[i].error)
            die("the node refuses: %s", error_code(office->effects.items[i].error));
}

static void admit(struct office *office, uint64_t number)
{
    struct group *group = office->node->workspace;
    struct add add = {.member = {.instance = 1, .role = ROLE_MEMBER}};
    struct buffer payload = {0};
    struct sign_secret secret;
    struct dh_secret box_secret;
    uint8_t seed[32] = {7};

    put_u64(seed + 8, number);
    crypto_sign_keypair_from(seed, &add.member.device, &secret);
    crypto_dh_keypair_from(seed, &add.member.box, &box_secret);
    put_u64(add.member.person.bytes, number);
    membership_sign(&group->id, &add.member, &secret);
    add_encode(&add, &payload);
    compose_governance(office->node, group, ENTRY_ADD, buffer_bytes(&payload));
    sealing_admit(office->node, group, &add.member.box);
    office->newest = add.member.device;
    buffer_done(&payload);
}

static void open_office(struct office *office, size_t members)
{
    struct node_options options = {.storage = &empty};
    struct event start = {.type = EVENT_START}, time = {.type = EVENT_TIME};
    const struct command identity = {.type = COMMAND_IDENTITY_CREATE, .name = BYTES_TEXT("Anna")};
    const struct command workspace = {.type = COMMAND_WORKSPACE_CREATE, .name = BYTES_TEXT("Office")};

    office->node = node_new(&options);
    step(office, &start);
    command(office, &identity);
    command(office, &workspace);
    for (uint64_t i = 1; i < members; i++)
        admit(office, i);
    step(office, &time);
}

static double cpu_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* *ret_bytes: of the entries that this made. */
static double remove_newest(struct office *office, double *ret_bytes)
{
    struct command remove = {.type = COMMAND_GROUP_REMOVE};

    remove.group.number = office->node->workspace->number;
    remove.group.device = office->newest;
    double before = cpu_ms();
    command(office, &remove);
    double took = cpu_ms() - before;
    *ret_bytes = 0;
    for (size_t i = 0; i < office->effects.count; i++) {
        const struct batch *batch = office->effects.items[i].batch;
        for (size_t e = 0; office->effects.items[i].type == EFFECT_PERSIST && e < batch->entry_count; e++)
            *ret_bytes += (double)batch->entries[e].size;
    }
    return took;
}

/* A box for each who stays, and a signature: nobody can do with less. */
static double bare_ms(size_t boxes)
{
    const uint8_t seed[32] = {9};
    const struct secret_key key = {{1}};
    struct dh_public ephemeral, box;
    struct dh_secret secret, box_secret;
    struct sign_public device;
    struct sign_secret signer;
    struct signature signature;
    uint8_t sealed[BOX_KEY_SIZE], other[32] = {11};

    crypto_dh_keypair_from(seed, &ephemeral, &secret);
    crypto_dh_keypair_from(other, &box, &box_secret);
    crypto_sign_keypair_from(seed, &device, &signer);
    double before = cpu_ms();
    for (size_t i = 0; i < boxes; i++)
        if (crypto_box_key(&secret, &ephemeral, &box, &key, sealed) != OK)
            die("a key cannot be boxed");
    crypto_sign(&signer, BYTES_OF(seed), BYTES_OF(sealed), &signature);
    return cpu_ms() - before;
}

void bench_removal(const struct bench *bench)
{
    size_t members = bench_size(bench, MEMBERS);
    struct samples times = {0}, bytes = {0}, bare = {0}, records = {0};

    for (size_t i = 0; i < BENCH_RUNS; i++) {
        struct office office = {0};
        double size;
        open_office(&office, members);
        samples_add(&times, remove_newest(&office, &size));
        samples_add(&bytes, size);
        samples_add(&bare, bare_ms(members - 1));
        samples_add(&records, (double)((members - 1) * BOX_RECORD_SIZE));
        node_free(office.node);
        effects_done(&office.effects);
    }
    report_figure("removal_cpu", "ms", &times, &bare, "one of 128 members; yardstick: 127 boxes and one signature");
    report_figure("removal_bytes", "bytes", &bytes, &records,
                  "REMOVE and EPOCH; yardstick: 127 boxes with their names");
}
