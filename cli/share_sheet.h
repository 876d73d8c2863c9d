/* SPDX-License-Identifier: MIT
 * A share on paper: what it is, what to do with it, and its words. */
#pragma once
#include "shares.h"
#include <stdio.h>

/* A sheet of plain text, at most 78 columns wide. */
void share_sheet_print(FILE *stream, const struct share *share, const char *workspace, const char *day);
