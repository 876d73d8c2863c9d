/* SPDX-License-Identifier: MIT
 * Who belongs to a group: payloads of ADD, REMOVE, LINK and POLICY.  Tables: PROTOCOL.md, "Payloads".
 * Decoders borrow from their input and return ERR_MALFORMED. */
#pragma once
#include "cut.h"
#include "entry.h"

enum role { ROLE_ADMIN = 1, ROLE_MEMBER = 2, ROLE_READER = 3, ROLE_CARRIER = 4, ROLE_ARCHIVE = 5 };

/* A device's consent to a membership, signed by the device over
 * "zuruf-member-v1\0" ‖ group ‖ person ‖ u64 instance ‖ box key; in GENESIS the group is zeros. */
struct membership {
    struct sign_public device;
    struct person_id person;
    uint64_t instance; /* from 1 */
    uint64_t role;     /* enum role; an unknown one counts as reader */
    struct dh_public box;
    struct signature consent;
};
void membership_sign(const struct hash *group, struct membership *membership, const struct sign_secret *secret);
MUST_USE enum error membership_verify(const struct hash *group, const struct membership *membership);
void write_membership(struct buffer *out, const struct membership *member);
void read_membership(struct reader *in, struct membership *ret);

/* Entries that an entry declares to know: ids end to end. */
#define CITE_SIZE 32
#define CITES_MAX 1024u
size_t cite_count(struct bytes cites);
struct hash cite_at(struct bytes cites, size_t index);

struct add {
    struct membership member;
    struct bytes cites; /* borrowed: the REMOVEs and ADDs it knows */
};
void add_encode(const struct add *add, struct buffer *out);
MUST_USE enum error add_decode(struct bytes payload, struct add *ret);

struct removal { /* ENTRY_REMOVE */
    struct sign_public device;
    uint64_t instance;  /* from 1 */
    struct bytes cut;   /* borrowed: what still counts of the device's logs, both kinds */
    struct bytes cites; /* borrowed: REMOVEs it replaces, REVOKEs it rests on, a REMOVE of the workspace */
};
void removal_encode(const struct removal *removal, struct buffer *out);
MUST_USE enum error removal_decode(struct bytes payload, struct removal *ret);

#define LINK_NUMBERS 8u

/* ENTRY_LINK: a member brings in a further device of its person, which signs
 * "zuruf-linked-v1\0" ‖ group ‖ person ‖ linking device ‖ box key. */
struct linkage {
    struct sign_public device;
    struct person_id person; /* the linking device's own */
    struct dh_public box;
    uint64_t number; /* 1 to LINK_NUMBERS: which of the linking device's */
    struct signature consent;
};
void linkage_sign(const struct hash *group, const struct sign_public *linker, struct linkage *linkage,
                  const struct sign_secret *secret);
MUST_USE enum error linkage_verify(const struct hash *group, const struct sign_public *linker,
                                   const struct linkage *linkage);
void linkage_encode(const struct linkage *linkage, struct buffer *out);
MUST_USE enum error linkage_decode(struct bytes payload, struct linkage *ret);

struct policy {
    bool share_history; /* a new member gets the epoch keys before his time */
    uint64_t keep_days; /* 0: for ever */
};
struct policy_change { /* ENTRY_POLICY: all of it anew */
    struct policy policy;
    struct bytes cites; /* borrowed: the POLICYs it replaces */
};
void policy_encode(const struct policy_change *change, struct buffer *out);
MUST_USE enum error policy_decode(struct bytes payload, struct policy_change *ret);
