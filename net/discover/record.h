/* SPDX-License-Identifier: MIT
 * A beacon as the TXT record of a service (RFC 6763 §6): "v=1", "s=" and 8 raw bytes, "t=" and 8 raw bytes if there is
 * a tag, "j=" and n × 8 raw bytes if invites are open.  Values are binary, as §6.5 allows: they are random anyway. */
#pragma once
#include "core/node.h"
#include <avahi-common/strlst.h>

#define RECORD_TYPE "_zuruf._tcp"
#define RECORD_DOMAIN "local"

/* Returns a new list, for avahi_string_list_free(). */
AvahiStringList *record_text(const struct beacon *beacon);

/* false: not the record of a Zuruf that this one understands; *ret_beacon is untouched then.  Unknown keys are skipped,
 * of a repeated key the first one counts. */
bool record_parse(const AvahiStringList *text, struct beacon *ret_beacon);

bool record_equal(const struct beacon *a, const struct beacon *b);
