/* SPDX-License-Identifier: MIT
 * What the benchmarks print: one JSON object a line. */
#pragma once
#include "measure.h"

/* From now on rows of a Markdown table instead (table.h). */
void report_as_table(void);
/* The machine, the time and how busy the machine was: the first line. */
void report_header(void);
/* {"name","value","unit","yardstick","ratio","low","high"}: `value` and `yardstick` are medians of the runs, `low` and
 * `high` the least and the greatest value; `note` (NULL: none) tells what else one has to know.  Empties both sets. */
void report_figure(const char *name, const char *unit, struct samples *values, struct samples *yardsticks,
                   const char *note);
