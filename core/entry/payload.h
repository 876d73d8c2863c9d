/* SPDX-License-Identifier: MIT
 * What entries carry: governance and keys in the clear (kind 0), content as plaintext before it is sealed (kind 1).
 * Tables: PROTOCOL.md, "Payloads".  Decoders borrow from their input and return ERR_MALFORMED. */
#pragma once
#include "core/base/text.h"
#include "core/log/doubt.h"
#include "payload_keys.h"
#include "payload_root.h"

/* ENTRY_CLOCK */
void clock_encode(const struct doubt *doubt, struct buffer *out);
MUST_USE enum error clock_decode(struct bytes payload, struct doubt *ret);

#define MESSAGE_FLAG_REPLY 1u /* answers the first dep of its entry (the second at seq 1 of a later sub) */
#define MESSAGE_FLAG_URGENT 2u

struct message_content {
    uint64_t flags;
    struct bytes topic; /* name of a topic as first spelled; empty: the general one */
    struct bytes text;
};
void message_content_encode(const struct message_content *content, struct buffer *out);
MUST_USE enum error message_content_decode(struct bytes plain, struct message_content *ret);

struct profile { /* ENTRY_PROFILE */
    struct person_id person;
    struct bytes name;
};
void profile_encode(const struct profile *profile, struct buffer *out);
MUST_USE enum error profile_decode(struct bytes plain, struct profile *ret);

void label_encode(struct bytes name, struct buffer *out); /* ENTRY_LABEL: of the author's own device */
MUST_USE enum error label_decode(struct bytes plain, struct bytes *ret);

struct title { /* ENTRY_TITLE */
    struct bytes name;
    struct bytes folder; /* path; empty: the top */
};
void title_encode(const struct title *title, struct buffer *out);
MUST_USE enum error title_decode(struct bytes plain, struct title *ret);
