/* SPDX-License-Identifier: MIT */
#include "report.h"
#include "table.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static bool as_table;

void report_as_table(void)
{
    as_table = true;
}

static void print(json_t *object)
{
    if (!object || json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6)))
        die("a result cannot be written");
    putchar('\n');
    fflush(stdout);
    json_decref(object);
}

/* The model of the first processor; "unknown" where /proc/cpuinfo names none. */
static void read_model(char *ret, size_t size)
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[512];

    snprintf(ret, size, "unknown");
    while (file && fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(ret, size, "%s", colon + 2);
        break;
    }
    if (file)
        fclose(file);
}

void report_header(void)
{
    char date[32], model[256];
    struct utsname system;
    double load = 0;
    time_t now = time(NULL);

    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    read_model(model, sizeof model);
    uname(&system);
    getloadavg(&load, 1);
    if (as_table) {
        table_begin(date, model, sysconf(_SC_NPROCESSORS_ONLN), load);
        return;
    }
    print(json_pack("{s:s, s:s, s:I, s:s, s:s, s:f}", "date", date, "processor", model, "cores",
                    (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "kernel", system.release, "machine", system.machine,
                    "load", load));
}

void report_figure(const char *name, const char *unit, struct samples *values, struct samples *yardsticks,
                   const char *note)
{
    double value = samples_quantile(values, 0.5), yardstick = samples_quantile(yardsticks, 0.5);

    if (as_table)
        table_row(name, unit, value, yardstick, note);
    else
        print(json_pack("{s:s, s:f, s:s, s:f, s:f, s:f, s:f, s:s*}", "name", name, "value", value, "unit", unit,
                        "yardstick", yardstick, "ratio", yardstick > 0 ? value / yardstick : 0.0, "low",
                        samples_quantile(values, 0), "high", samples_quantile(values, 1), "note", note));
    samples_done(values);
    samples_done(yardsticks);
}
