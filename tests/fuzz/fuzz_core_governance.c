/* SPDX-License-Identifier: MIT
 * Who may do what: the input decides whatever the makers of random histories leave to chance, what is written and in
 * which order it is told.  Each history is told in several orders, and held against the naive evaluator. */
#include "governance/orders.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tale tale;
    tale.dice.choices = data;
    tale.dice.choices_left = size;
    tale_make(&tale, 1);
    orders_compare(&tale);
    tale_done(&tale);
    return 0;
}
