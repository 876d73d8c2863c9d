/* SPDX-License-Identifier: MIT
 * Time and statistics of the benchmarks, and how they give up. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Says why on standard error and ends the program; what it started is stopped on the way out. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

uint64_t now_ns(void); /* monotonic */
double seconds_since(uint64_t start_ns);
void sleep_ms(unsigned ms);

/* Zeroed is a valid empty set. */
struct samples {
    double *values;
    size_t count, capacity;
};
void samples_add(struct samples *samples, double value);
void samples_done(struct samples *samples);
/* The value below which the share `part` (0 … 1) lies: 0.5 is the median.  Sorts.  0 when there are none. */
double samples_quantile(struct samples *samples, double part);
