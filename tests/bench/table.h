/* SPDX-License-Identifier: MIT
 * The same results as rows of a Markdown table, for README.md. */
#pragma once

void table_begin(const char *date, const char *processor, long cores, double load);
void table_row(const char *name, const char *unit, double value, double yardstick, const char *note);
