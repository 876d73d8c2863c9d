/* SPDX-License-Identifier: MIT
 * libavahi-client and libavahi-core (0.6 to 0.8) both export avahi_entry_group_free(), with different arguments.  In a
 * process that links both, the second library's own calls end in the first one's function, and crash.  This program
 * therefore defines that name itself, which goes before either, and hands each call to the library it was meant for. */
#pragma once

/* The engine's server, the first argument of all calls meant for libavahi-core; NULL: there is none. */
void entry_group_free_set_server(const void *server);
