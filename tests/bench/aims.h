/* SPDX-License-Identifier: MIT
 * What the figures are to reach. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct bound {
    enum { BOUND_NONE, AT_LEAST, AT_MOST } kind;
    double limit;
};
struct aim {
    const char *figure;
    struct bound value, ratio; /* of the yardstick */
};

const struct aim *aim_of(const char *figure); /* NULL: none */
bool bound_is_kept(const struct bound *bound, double value);
