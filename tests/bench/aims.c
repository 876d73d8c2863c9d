/* SPDX-License-Identifier: MIT */
#include "aims.h"
#include <string.h>

static const struct aim aims[] = {
    {.figure = "hop_shown_p50", .value = {AT_MOST, 600}},
    {.figure = "hop_acknowledged_p50", .value = {AT_MOST, 900}},
    {.figure = "hop_shown_p99", .value = {AT_MOST, 1200}},
    {.figure = "hop_acknowledged_p99", .value = {AT_MOST, 1800}},
    {.figure = "throughput", .value = {AT_LEAST, 12000}},
    {.figure = "group_of_10", .value = {AT_LEAST, 2200}},
    {.figure = "twenty_nodes_shown_p99", .value = {AT_MOST, 50}},
    {.figure = "twenty_nodes_lost", .value = {AT_MOST, 0}},
    {.figure = "twenty_nodes_disk_lost", .value = {AT_MOST, 0}},
    {.figure = "catchup", .value = {AT_LEAST, 200000}, .ratio = {AT_LEAST, 0.5}},
    {.figure = "catchup_1m", .value = {AT_LEAST, 200000}, .ratio = {AT_LEAST, 0.5}},
    {.figure = "catchup_peak_memory", .value = {AT_MOST, 32}},
    {.figure = "catchup_1m_peak_memory", .value = {AT_MOST, 32}},
    {.figure = "newest_200", .value = {AT_MOST, 1000}},
    {.figure = "newest_200_all", .value = {AT_MOST, 6000}},
    {.figure = "memory", .value = {AT_MOST, 12}},
    {.figure = "start", .value = {AT_MOST, 50}},
    {.figure = "disk_304", .value = {AT_MOST, 420}},
    {.figure = "governance", .value = {AT_MOST, 10}},
    {.figure = "governance_live", .value = {AT_MOST, 1}},
    {.figure = "removal_cpu", .value = {AT_MOST, 20}},
    {.figure = "removal_bytes", .value = {AT_MOST, 15000}},
    {.figure = "opening", .ratio = {AT_LEAST, 0.5}},
    {.figure = "live_payloads", .value = {AT_MOST, 1.2}},
    {.figure = "idle_bytes", .value = {AT_MOST, 2000}},
    {.figure = "sim_speed", .value = {AT_LEAST, 1000}},
};

const struct aim *aim_of(const char *figure)
{
    for (size_t i = 0; i < sizeof aims / sizeof aims[0]; i++)
        if (strcmp(aims[i].figure, figure) == 0)
            return &aims[i];
    return NULL;
}

bool bound_is_kept(const struct bound *bound, double value)
{
    switch (bound->kind) {
    case AT_LEAST:
        return value >= bound->limit;
    case AT_MOST:
        return value <= bound->limit;
    case BOUND_NONE:
        break;
    }
    return true;
}
