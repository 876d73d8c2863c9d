/* SPDX-License-Identifier: MIT */
#include "cut.h"

size_t cut_count(struct bytes list)
{
    return list.size / CUT_SIZE;
}

struct cut cut_at(struct bytes list, size_t index)
{
    const uint8_t *record = list.data + index * CUT_SIZE;
    struct cut cut = {.seq = get_u64(record + 32)};
    memcpy(cut.log.bytes, record, 32);
    memcpy(cut.id.bytes, record + 40, 32);
    return cut;
}

void cut_append(const struct cut *cut, struct buffer *out)
{
    buffer_append(out, BYTES_OF(cut->log.bytes));
    buffer_append_u64(out, cut->seq);
    buffer_append(out, BYTES_OF(cut->id.bytes));
}

struct bytes read_cuts(struct reader *in)
{
    struct bytes list = read_bytes(in, CUTS_MAX * CUT_SIZE);
    if (list.size % CUT_SIZE != 0)
        in->failed = true;
    for (size_t i = 0; !in->failed && i < cut_count(list); i++)
        in->failed = cut_at(list, i).seq == 0;
    return list;
}
