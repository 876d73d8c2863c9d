/* SPDX-License-Identifier: MIT */
#include "pin.h"

uint64_t pin_look(struct pin *pin, struct db *db, uint64_t now_ns, uint64_t *ret_process)
{
    struct db_reader reader;
    bool was_held = pin->held;
    pin->held = db_oldest_reader(db, &reader);
    if (!pin->held)
        return 0;
    if (!was_held || reader.state != pin->state)
        pin->since_ns = now_ns;
    pin->state = reader.state;
    if (!reader.outdated)
        return 0;
    *ret_process = reader.process;
    return (now_ns - pin->since_ns) / 1000000;
}
