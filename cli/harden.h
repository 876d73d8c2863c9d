/* SPDX-License-Identifier: MIT
 * What a process that handles secrets keeps from others. */
#pragma once

/* No core dumps, no debugger of the same user (but in debug builds, whose tools are ones), and what passes through JSON
 * is wiped when it is freed.  Comes before the first use of jansson. */
void harden_process(void);
