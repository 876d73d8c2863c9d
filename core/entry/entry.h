/* SPDX-License-Identifier: MIT
 * One signed record in a log, its codec and its names.  Wire layout: PROTOCOL.md, "Entry". */
#pragma once
#include "core/base/bytes.h"
#include "core/crypto.h"
#include "core/error.h"

#define ENTRY_SIZE_MAX 61440
#define ENTRY_HEADER_MAX 4096
#define ENTRY_DEPS_MAX 64
#define DEP_SIZE (32 + 8 + 8)
#define ENTRY_VERSION 1

struct sub {
    uint8_t bytes[8];
}; /* drawn when a log is opened */
struct epoch_id {
    uint8_t bytes[16];
};
struct person_id {
    uint8_t bytes[16];
};

enum log_kind { KIND_GOVERNANCE = 0, KIND_CONTENT = 1 };

/* Who writes which log: one per (group, device, instance, sub, kind).  A root log has device = root key,
 * instance = generation (from 0), sub zero, kind 0. */
struct log_name {
    struct hash group;
    struct sign_public device;
    uint64_t instance;
    struct sub sub;
    enum log_kind kind;
};
/* BLAKE2b-256("zuruf-log-v1" ‖ group ‖ device ‖ u64 instance ‖ sub ‖ u8 kind) */
void log_name_id(const struct log_name *name, struct hash *ret);
/* Where a log forks, each side goes on as a log of its own, named by the forked log (of `log_name_id`, also when a
 * branch forks again) and the id of the branch's first entry: BLAKE2b-256("zuruf-branch-v1" ‖ log ‖ first). */
void log_branch_id(const struct hash *log, const struct hash *first, struct hash *ret);

/* Types of entries.  Below 64 governance and keys (kind 0), from 64 content (kind 1). */
enum entry_type {
    ENTRY_GENESIS = 1,
    ENTRY_GRANT = 2,
    ENTRY_REVOKE = 3,
    ENTRY_HANDOVER = 4,
    ENTRY_ADD = 5,
    ENTRY_REMOVE = 6,
    ENTRY_POLICY = 7,
    ENTRY_CLOCK = 8,
    ENTRY_PURGE = 9,
    ENTRY_HOLD = 10,
    ENTRY_LINK = 11,
    ENTRY_EPOCH = 12,
    ENTRY_KEYSHARE = 13,
    ENTRY_GENERATION = 14, /* opens a later root log */
    ENTRY_LETTER = 15,     /* for one device alone, where a NOTE cannot be sealed or opened */
    ENTRY_MESSAGE = 64,
    ENTRY_PROFILE = 65, /* a person's name */
    ENTRY_TITLE = 66,   /* a group's name and folder */
    ENTRY_NOTE = 67,    /* for one device alone */
    ENTRY_INVITEE = 68, /* who is invited into a group */
    ENTRY_LABEL = 69,   /* what its author calls this computer */
};

/* Content that tells nodes something and is shown in no chat. */
static inline bool entry_is_silent(uint64_t type)
{
    return type >= ENTRY_PROFILE && type <= ENTRY_LABEL;
}

/* One cause: an entry of another log, by number and the first 8 bytes of its id. */
struct dep {
    struct hash log;
    uint64_t seq;
    uint8_t id[8];
};

/* header = [version, type, log_id, seq, prev, hlc, deps, epoch, payload_size, payload_hash], deterministic CBOR;
 * wire = header ‖ signature(64) ‖ payload.  The payload may be missing (erased). */
struct entry {
    uint64_t version;
    uint64_t type;
    struct hash log;
    uint64_t seq;         /* from 1 */
    struct hash previous; /* id of the entry before; at seq 1 see PROTOCOL.md "Subs" */
    uint64_t hlc;
    struct bytes deps;     /* borrowed: DEP_SIZE records, at most ENTRY_DEPS_MAX */
    struct epoch_id epoch; /* which key opens the payload; all zero: not sealed (kind 0) */
    uint64_t payload_size;
    struct hash payload_hash;
    struct signature signature;
    struct bytes header;  /* borrowed */
    struct bytes bound;   /* borrowed: of the header what a sealed payload is bound to, entry_associated_data() */
    struct bytes payload; /* borrowed; empty with payload_missing when it is not there */
    bool payload_missing;
};

/* Decodes `wire` in place: deps, header and payload point into it and die with it.  Checks form and lengths only
 * (never the payload's hash: entry_check_payload(); nor the signature: entry_verify()).
 * ERR_MALFORMED: not an entry, not canonical, or bytes left over; ERR_TOO_BIG: over ENTRY_SIZE_MAX;
 * ERR_VERSION: a later version. */
MUST_USE enum error entry_decode(struct bytes wire, struct entry *ret);
MUST_USE enum error entry_check_payload(const struct entry *entry); /* ERR_MALFORMED: another payload */
MUST_USE enum error entry_verify(const struct entry *entry,
                                 const struct sign_public *author); /* "zuruf-entry-v1\0" ‖ header */
void entry_id(const struct entry *entry, struct hash *ret);         /* BLAKE2b-256(header ‖ signature) */

/* Appends a new signed entry to `out`.  Taken from `entry`: type, log, seq, previous, hlc, deps, epoch, payload
 * (its size and hash are computed).  ERR_TOO_BIG. */
MUST_USE enum error entry_encode(const struct entry *entry, const struct sign_secret *secret, struct buffer *out,
                                 struct hash *ret_id);
/* Appends the part of the header that a sealed payload is bound to: the encoded items from version to epoch,
 * without the array head.  For sealing, before the payload exists. */
void entry_associated_data(const struct entry *entry, struct buffer *out);

size_t entry_dep_count(const struct entry *entry);
struct dep entry_dep(const struct entry *entry, size_t index);
void dep_append(const struct dep *dep, struct buffer *out);
