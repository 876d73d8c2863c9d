/* SPDX-License-Identifier: MIT
 * Random lives of small offices (life.h), as many as there is time for. */
#include "life.h"
#include "tally.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] =
    "usage: sim [OPTION]...\n"
    "Lets people chat in random lives of small offices, in virtual time and with the real core, while their lines,\n"
    "partitions, discovery, power, disks and clocks misbehave. When all is well again everybody must hold the same\n"
    "within 60 virtual seconds. The same seed and options give the same life.\n"
    "\n"
    "  --seed FIRST         the first life (1)\n"
    "  --seeds COUNT        how many, from there on (1)\n"
    "  --nodes COUNT        how many people; without it 3 to 8, by the seed\n"
    "  --minutes COUNT      how long a life lasts, in virtual minutes (3)\n"
    "  --only KIND,...      lives meet all of these troubles and no others: lines partitions discovery power disks\n"
    "                       copies clocks actors locks removals offices crowds, or none; without it a life draws its\n"
    "                       own\n"
    "  --store KIND         what the disks are: memory (a model), lmdb (the real store), or both: each life on "
    "either,\n"
    "                       and the same to the byte\n"
    "  --real-seconds MOST  begins no further life after that time\n"
    "  --tally              also tells how often each trouble and command occurred\n"
    "  --help               this\n"
    "\n"
    "The first life that fails is told, with the command that repeats it: exit status 1. SIM_LOUD=1 in the "
    "environment\n"
    "also tells what the nodes log, and what each holds when a life has failed.\n";

struct order {
    uint64_t first_seed, seeds, real_seconds;
    const char *only;                   /* as it was given; NULL: it was not */
    const struct medium_kind *kinds[2]; /* one after the other; NULL: the default */
    size_t kind_count;
    bool tallies;
    struct life_plan life;
};

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---------------------------------------------------------------- options */

static bool read_trouble(const char *word, size_t size, unsigned *bits)
{
    for (size_t i = 0; i < TROUBLE_COUNT; i++) {
        if (strlen(trouble_names[i]) == size && memcmp(trouble_names[i], word, size) == 0) {
            *bits |= TROUBLE_BIT(i);
            return true;
        }
    }
    return size == 4 && memcmp(word, "none", 4) == 0;
}

static bool read_troubles(const char *list, unsigned *ret)
{
    *ret = 0;
    for (const char *word = list;; word++) {
        size_t size = strcspn(word, ",");
        if (!read_trouble(word, size, ret))
            return false;
        word += size;
        if (!*word)
            return true;
    }
}

static bool read_kinds(const char *name, struct order *ret)
{
    bool both = strcmp(name, "both") == 0;
    ret->kinds[0] = medium_kind_named(both ? "memory" : name);
    ret->kinds[1] = both ? medium_kind_named("lmdb") : NULL;
    ret->kind_count = both ? 2 : 1;
    return ret->kinds[0] != NULL;
}

static bool read_option(int option, const char *text, struct order *ret)
{
    uint64_t value = text ? strtoull(text, NULL, 10) : 0;
    switch (option) {
    case 's':
        ret->first_seed = value;
        return true;
    case 'k':
        ret->seeds = value;
        return true;
    case 'n':
        ret->life.nodes = value;
        return value > 0 && value <= LIFE_PEOPLE_MAX / 2;
    case 'm':
        ret->life.minutes = value;
        return value > 0;
    case 'r':
        ret->real_seconds = value;
        return true;
    case 'o':
        ret->only = text;
        ret->life.all_of_them = true;
        return read_troubles(text, &ret->life.troubles);
    case 't':
        return read_kinds(text, ret);
    case 'y':
        ret->tallies = true;
        return true;
    case 'h':
        fputs(usage, stdout);
        exit(0);
    default:
        return false;
    }
}

static bool read_order(int argc, char **argv, struct order *ret)
{
    static const struct option options[] = {
        {"seed", required_argument, NULL, 's'},  {"seeds", required_argument, NULL, 'k'},
        {"nodes", required_argument, NULL, 'n'}, {"minutes", required_argument, NULL, 'm'},
        {"only", required_argument, NULL, 'o'},  {"real-seconds", required_argument, NULL, 'r'},
        {"store", required_argument, NULL, 't'}, {"tally", no_argument, NULL, 'y'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (!read_option(option, optarg, ret))
            return false;
    return optind == argc;
}

/* ---------------------------------------------------------------- what is said about it */

static void tell_failure(const struct order *order, uint64_t seed, const char *failure)
{
    printf("FAILED: %s\nrepeat: sim --seed %" PRIu64, failure, seed);
    if (order->life.nodes)
        printf(" --nodes %" PRIu64, order->life.nodes);
    printf(" --minutes %" PRIu64, order->life.minutes);
    if (order->only)
        printf(" --only %s", order->only);
    if (order->kind_count > 1)
        printf(" --store both");
    else if (order->kinds[0])
        printf(" --store %s", order->kinds[0]->name);
    printf("\n");
}

static void tell_figures(uint64_t lives, const struct life_figures *figures)
{
    double virtual_s = (double)figures->virtual_ms / 1e3, took = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    printf("%" PRIu64 " seeds held: %.0f virtual s in %.2f s of the processor's time (%.0f x), %" PRIu64
           " members, %" PRIu64 " starts, %" PRIu64 " removals, %" PRIu64 " roles given, %" PRIu64
           " groups left, %" PRIu64 " rollbacks, %" PRIu64 " clones, %" PRIu64 " visits of liars, %" PRIu64
           " messages said, %" PRIu64
           " entries taken, %.2f bytes of entries sent for each that was missing, fingerprint %016" PRIx64 "\n",
           lives, virtual_s, took, virtual_s / took, figures->members, figures->starts,
           figures->tally.carried_out[COMMAND_GROUP_REMOVE], figures->tally.carried_out[COMMAND_GROUP_ROLE],
           figures->tally.carried_out[COMMAND_GROUP_LEAVE], figures->rolled_back, figures->cloned, figures->visits,
           figures->said, figures->entries_taken,
           (double)figures->payload_sent / (double)(figures->payload_gained ? figures->payload_gained : 1),
           figures->fingerprint);
}

/* On each kind of disk.  False: something did not hold, and it was told. */
static bool live(const struct order *order, uint64_t seed, struct life_figures figures[2])
{
    char failure[200];
    for (size_t i = 0; i < order->kind_count; i++) {
        struct life_plan plan = order->life;
        plan.medium = order->kinds[i];
        bool holds = life_run(&plan, seed, &figures[i], failure);
        if (holds && i > 0 && figures[i].fingerprint != figures[0].fingerprint) {
            snprintf(failure, sizeof failure, "seed %" PRIu64 ": the life with %s is another than with %s", seed,
                     order->kinds[i]->name, order->kinds[0]->name);
            holds = false;
        }
        if (!holds) {
            tell_failure(order, seed, failure);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct order order = {.first_seed = 1,
                          .seeds = 1,
                          .real_seconds = UINT64_MAX,
                          .kind_count = 1,
                          .life = {.minutes = 3, .troubles = TROUBLES_ALL}};
    struct life_figures figures[2] = {0};
    if (!read_order(argc, argv, &order)) {
        fputs(usage, stderr);
        return 2;
    }
    double began = seconds_of(CLOCK_MONOTONIC);
    uint64_t done = 0;
    while (done < order.seeds && seconds_of(CLOCK_MONOTONIC) - began < (double)order.real_seconds) {
        if (!live(&order, order.first_seed + done, figures))
            return 1;
        done++;
    }
    tell_figures(done, &figures[order.kind_count - 1]);
    if (order.tallies)
        tally_print(&figures[order.kind_count - 1].tally);
    return 0;
}
