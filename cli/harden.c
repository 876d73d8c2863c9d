/* SPDX-License-Identifier: MIT */
#include "harden.h"
#include "core/crypto.h"
#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void wipe_and_free(void *memory)
{
    if (memory)
        crypto_wipe(memory, malloc_usable_size(memory));
    free(memory);
}

void harden_process(void)
{
    const struct rlimit none = {0, 0};

    prctl(PR_SET_DUMPABLE, ZURUF_DUMPABLE);
    setrlimit(RLIMIT_CORE, &none);
    json_set_alloc_funcs(malloc, wipe_and_free);
}
