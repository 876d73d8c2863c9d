/* SPDX-License-Identifier: MIT */
#include "office.h"
#include "measure.h"
#include <stdio.h>
#include <stdlib.h>

#define PATIENCE_NS UINT64_C(60000000000)
#define POLL_MS 20

static bool is_equal(struct office *office, size_t count, uint64_t *ret_entries)
{
    for (size_t i = 0; i < count; i++) {
        struct progress progress = computer_progress(&office->clients[i]);
        if (progress.links + 1 < count || progress.missing > 0 || (i > 0 && progress.entries != *ret_entries))
            return false;
        *ret_entries = progress.entries;
    }
    return true;
}

static uint64_t wait_until_equal(struct office *office, size_t count)
{
    uint64_t start = now_ns(), entries = 0;

    while (!is_equal(office, count, &entries)) {
        if (now_ns() - start > PATIENCE_NS)
            die("the %zu nodes do not come together", count);
        sleep_ms(POLL_MS);
    }
    return entries;
}

uint64_t office_wait_until_equal(struct office *office)
{
    return wait_until_equal(office, office->count);
}

static void add(struct office *office, const struct path *home)
{
    size_t number = office->count++;
    struct computer *computer = &office->computers[number];
    struct client *client = &office->clients[number];
    char name[32];

    computer_start(computer, home, NULL);
    client_open(home->text, client);
    snprintf(name, sizeof name, "Person %zu", number);
    computer_create_identity(client, name);
    if (number == 0)
        computer_create_workspace(client, OFFICE_WORKSPACE);
    else
        computer_join(&office->clients[0], client, office->computers[0].address);
}

bool office_start(struct office *office, size_t count, enum office_disk disk)
{
    if (disk == OFFICE_RAM_5_MS)
        setenv("LD_PRELOAD", SLOW_COMMIT_LIBRARY, 1);
    *office = (struct office){0};
    while (office->count < count) {
        struct path home = disk == OFFICE_DISK ? scratch_directory("home") : scratch_ram_directory("home");
        if (!home.text[0])
            break;
        add(office, &home);
    }
    unsetenv("LD_PRELOAD");
    if (office->count < count)
        return false;
    office_wait_until_equal(office);
    return true;
}

void office_stop(struct office *office)
{
    for (size_t i = 0; i < office->count; i++) {
        client_done(&office->clients[i]);
        computer_stop(&office->computers[i]);
        scratch_remove(&office->computers[i].home);
    }
    office->count = 0;
}
