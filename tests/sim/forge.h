/* SPDX-License-Identifier: MIT
 * Logs written by hand: by a member who runs no node and keeps to no rule. */
#pragma once
#include "stranger.h"

/* One log of a stranger's.  Copied, it can be written on in two ways. */
struct forged_log {
    struct log_name name;
    struct hash id, head;
    uint64_t seq;
    uint32_t number; /* on the wire */
};

void forge_log(struct stranger *stranger, const struct hash *group, enum log_kind kind, struct forged_log *ret);

struct forgery {
    enum entry_type type;
    struct bytes payload;
    const struct secret_key *key; /* the payload is sealed under it; NULL: as it is */
    struct epoch_id epoch;
    uint64_t hlc;
    bool badly_signed;
};
/* The next entry of the log, appended to `wire`.  The log moves on. */
void forge_entry(struct stranger *stranger, struct forged_log *log, const struct forgery *forgery, struct buffer *wire);

/* LOG; then these items, (u16 size ‖ entry)*, in as few ENTRIES as they fit; the flag LAST for the last one. */
void forge_send(struct stranger *stranger, const struct forged_log *log, struct bytes items, uint64_t flags);
/* An entry as an item. */
void forge_item(struct bytes wire, struct buffer *items);
