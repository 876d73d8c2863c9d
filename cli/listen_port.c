/* SPDX-License-Identifier: MIT */
#include "listen_port.h"
#include <limits.h>
#include <stdio.h>

static FILE *open_file(const char *home, const char *mode)
{
    char path[PATH_MAX];

    return snprintf(path, sizeof path, "%s/port", home) < (int)sizeof path ? fopen(path, mode) : NULL;
}

uint16_t listen_port_load(const char *home)
{
    FILE *file = open_file(home, "re");
    unsigned port = 0;

    if (!file)
        return 0;
    if (fscanf(file, "%5u", &port) != 1 || port > UINT16_MAX)
        port = 0;
    fclose(file);
    return (uint16_t)port;
}

void listen_port_save(const char *home, uint16_t port)
{
    FILE *file = open_file(home, "we");

    if (!file)
        return;
    fprintf(file, "%u\n", port);
    fclose(file);
}
