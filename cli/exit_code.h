/* SPDX-License-Identifier: MIT
 * What the program hands back to the shell; the table stands in the manual. */
#pragma once

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NO_NODE = 3,
    EXIT_NOT_FOUND = 4,
    EXIT_NOT_PERMITTED = 5,
    EXIT_NOT_IN_TIME = 6,
};
