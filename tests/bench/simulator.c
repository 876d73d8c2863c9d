/* SPDX-License-Identifier: MIT
 * Figures of the same core in virtual time, from the programs of tests/sim. */
#include "bench.h"
#include <stdio.h>
#include <string.h>

#define OFFICE "200"
#define OFFICE_QUICK "56"
#define PEOPLE "20"
#define FIRST_SEED "901" /* the lives of packaging/test */
#define LIVES "100"
#define LIVES_QUICK "1"
#define LONG_MINUTES "20"
#define LONG_MINUTES_QUICK "2"

/* One person sends 16 kB to 199 others; and what they say to each other while nobody writes anything. */
void bench_live_payloads(const struct bench *bench)
{
    const char *people = bench->quick ? OFFICE_QUICK : OFFICE;
    struct process simulator;
    struct samples payloads = {0}, idle = {0}, ideal = {0}, none = {0};
    double idle_mean, idle_most, message_ms, payloads_each;
    char line[256], note[96];

    if (!*SIM_OFFICE_PROGRAM) {
        fputs("zuruf-bench: built without libcmocka-dev, so there are no live_payloads\n", stderr);
        return;
    }
    process_start((const char *const[]){SIM_OFFICE_PROGRAM, people, NULL}, &simulator);
    process_line(&simulator, line, sizeof line); /* names of the columns */
    process_line(&simulator, line, sizeof line);
    process_wait(&simulator);
    if (sscanf(line, "%*u %*f %*f %*u %lf %lf %lf %lf", &idle_mean, &idle_most, &message_ms, &payloads_each) != 4)
        die("the simulator said \"%s\"", line);
    samples_add(&payloads, payloads_each);
    samples_add(&ideal, 1);
    samples_add(&idle, idle_mean);
    snprintf(note, sizeof note, "%s nodes; all have it after %.0f ms", people, message_ms);
    report_figure("live_payloads", "payloads/node", &payloads, &ideal, note);
    snprintf(note, sizeof note, "%s nodes; both ways; the busiest node %.0f", people, idle_most);
    report_figure("idle_bytes", "bytes/s", &idle, &none, note);
}

/* Virtual seconds for each second of the processor's time. */
static void measure_lives(const char *figure, const char *option, const char *value, const char *note)
{
    struct process simulator;
    struct samples speed = {0}, real_time = {0};
    double virtual_seconds, seconds;
    char line[512];
    const char *figures;

    process_start((const char *const[]){SIM_PROGRAM, "--nodes", PEOPLE, "--seed", FIRST_SEED, option, value, NULL},
                  &simulator);
    process_line(&simulator, line, sizeof line);
    process_wait(&simulator);
    figures = strchr(line, ':');
    if (!figures || sscanf(figures, ": %lf virtual s in %lf s of", &virtual_seconds, &seconds) != 2 || seconds <= 0)
        die("the simulator said \"%s\"", line);
    samples_add(&speed, virtual_seconds / seconds);
    samples_add(&real_time, 1);
    report_figure(figure, "x", &speed, &real_time, note);
}

/* Twenty people with all accidents of tests/sim/sim.c, and cheap signatures: lives as the tests run them, and a long
 * one, in which more has been written and more is said for each second of quiet. */
void bench_sim_speed(const struct bench *bench)
{
    measure_lives("sim_speed", "--seeds", bench->quick ? LIVES_QUICK : LIVES,
                  PEOPLE " nodes, lives of three minutes, accidents included; processor time");
    measure_lives("sim_speed_long", "--minutes", bench->quick ? LONG_MINUTES_QUICK : LONG_MINUTES,
                  PEOPLE " nodes, one life of twenty minutes");
}
