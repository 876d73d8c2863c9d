/* SPDX-License-Identifier: MIT
 * The port that a node had the last time, in HOME/port: others remember addresses, so it should keep its own. */
#pragma once
#include <stdint.h>

uint16_t listen_port_load(const char *home);            /* 0: none */
void listen_port_save(const char *home, uint16_t port); /* a failure is no harm: the next start takes another port */
