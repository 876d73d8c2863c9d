/* SPDX-License-Identifier: MIT
 * What a root writes: payloads of GENESIS, GRANT, REVOKE, HANDOVER and GENERATION.  Tables: PROTOCOL.md, "Payloads".
 * Decoders borrow from their input and return ERR_MALFORMED. */
#pragma once
#include "payload_member.h"

struct genesis {
    uint8_t nonce[16];
    struct policy policy;
    struct membership founder; /* also granted */
};
void genesis_encode(const struct genesis *genesis, struct buffer *out);
MUST_USE enum error genesis_decode(struct bytes payload, struct genesis *ret);
/* BLAKE2b-256("zuruf-group-v1" ‖ root key ‖ payload) */
void genesis_group_id(const struct sign_public *root, struct bytes payload, struct hash *ret);

struct grant { /* ENTRY_GRANT: makes an instance of a device an admin */
    struct sign_public device;
    uint64_t instance; /* from 1 */
    struct bytes from; /* borrowed: authority begins behind these; empty: with its first entries */
};
void grant_encode(const struct grant *grant, struct buffer *out);
MUST_USE enum error grant_decode(struct bytes payload, struct grant *ret);

struct revocation {    /* ENTRY_REVOKE */
    struct hash grant; /* id of the GRANT, or of GENESIS for the founder's */
    struct bytes cut;  /* borrowed: up to where the authority stays */
};
void revocation_encode(const struct revocation *revocation, struct buffer *out);
MUST_USE enum error revocation_decode(struct bytes payload, struct revocation *ret);

struct handover { /* ENTRY_HANDOVER */
    struct sign_public key;
    struct hash head; /* by the workspace's root, in a group: where the group's root log ends; else zeros */
    struct bytes cut; /* borrowed: the heads of the old key's logs in other groups */
};
void handover_encode(const struct handover *handover, struct buffer *out);
MUST_USE enum error handover_decode(struct bytes payload, struct handover *ret);

struct generation {   /* ENTRY_GENERATION: the first entry of a later root log */
    struct hash head; /* the root entry it continues from; zeros: there is none */
};
void generation_encode(const struct generation *generation, struct buffer *out);
MUST_USE enum error generation_decode(struct bytes payload, struct generation *ret);
