/* SPDX-License-Identifier: MIT */
#include "pair.h"
#include "measure.h"

#define PATIENCE_NS UINT64_C(20000000000)

static void wait_until_equal(struct pair *pair)
{
    uint64_t start = now_ns();

    for (;;) {
        struct progress a = computer_progress(&pair->a_client), b = computer_progress(&pair->b_client);
        if (a.links == 1 && b.links == 1 && a.entries == b.entries && b.entries > 0 && a.missing + b.missing == 0)
            return;
        if (now_ns() - start > PATIENCE_NS)
            die("the two nodes do not come together");
        sleep_ms(20);
    }
}

void pair_start(struct pair *pair)
{
    struct path home_a = scratch_directory("a"), home_b = scratch_directory("b");

    computer_start(&pair->a, &home_a, NULL);
    computer_start(&pair->b, &home_b, pair->a.address);
    client_open(home_a.text, &pair->a_client);
    client_open(home_b.text, &pair->b_client);
    computer_create_identity(&pair->a_client, "Alice");
    computer_create_workspace(&pair->a_client, PAIR_WORKSPACE);
    computer_create_identity(&pair->b_client, "Bob");
    computer_join(&pair->a_client, &pair->b_client, pair->a.address);
    wait_until_equal(pair);
}

void pair_stop(struct pair *pair)
{
    client_done(&pair->a_client);
    client_done(&pair->b_client);
    computer_stop(&pair->b);
    computer_stop(&pair->a);
    scratch_remove(&pair->a.home);
    scratch_remove(&pair->b.home);
}
