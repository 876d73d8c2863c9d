/* SPDX-License-Identifier: MIT */
#include "entry_group_free.h"
#include <dlfcn.h>
#include <stddef.h>

#define NAME "avahi_entry_group_free"

static const void *core_server;

void entry_group_free_set_server(const void *server)
{
    core_server = server;
}

/* Both libraries are linked, so this only looks them up. */
static void *find_in(const char *library)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_NOLOAD);
    return handle ? dlsym(handle, NAME) : NULL;
}

/* int avahi_entry_group_free(AvahiEntryGroup *)                     of libavahi-client
 * void avahi_entry_group_free(AvahiServer *, AvahiSEntryGroup *)    of libavahi-core */
int avahi_entry_group_free(void *first, void *second)
{
    if (core_server && first == core_server) {
        void (*free_in_core)(void *, void *) = (void (*)(void *, void *))find_in("libavahi-core.so.7");
        free_in_core(first, second);
        return 0;
    }
    int (*free_in_client)(void *) = (int (*)(void *))find_in("libavahi-client.so.3");
    return free_in_client(first);
}
