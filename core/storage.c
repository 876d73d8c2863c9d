/* SPDX-License-Identifier: MIT */
#include "storage.h"

void log_row_id(const struct log_row *row, struct hash *ret)
{
    struct hash name;
    log_name_id(&row->name, &name);
    if (row->is_branch)
        log_branch_id(&name, &row->first_id, ret);
    else
        *ret = name;
}
