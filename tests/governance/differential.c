/* SPDX-License-Identifier: MIT
 * The core's governance against the naive one, over random histories in several orders of arrival:
 *
 *     differential [--histories N] [--seed S]     from seed S (1) on; N histories (1000)
 *
 * A difference prints the seed of its history, which --seed S --histories 1 makes again. */
#include <stdio.h>
#include <stdlib.h>

#include "orders.h"

/* ---------------------------------------------------------------- the program */

#define EVERY_RULE 600 /* so many histories meet every rule */

static bool every_rule_was_met(void)
{
    bool all = true;
    for (int rule = 0; rule < RULE_COUNT; rule++)
        if (!orders_seen[rule]) {
            printf("no entry was judged: %s\n", governance_sentence((enum governance_rule)rule));
            all = false;
        }
    return all;
}

int main(int argc, char **argv)
{
    static struct tale tale;
    unsigned long long histories = 1000;
    orders_seed = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        unsigned long long value = strtoull(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--histories") == 0)
            histories = value;
        else if (strcmp(argv[i], "--seed") == 0)
            orders_seed = value;
        else
            return EXIT_FAILURE;
    }
    if (crypto_init())
        return EXIT_FAILURE;
    for (unsigned long long done = 0; done < histories; done++, orders_seed++) {
        tale_make(&tale, orders_seed);
        orders_compare(&tale);
        tale_done(&tale);
    }
    printf("%llu histories agree, up to seed %llu\n", histories, orders_seed - 1);
    return histories < EVERY_RULE || every_rule_was_met() ? EXIT_SUCCESS : EXIT_FAILURE;
}
