/* SPDX-License-Identifier: MIT
 * Who may do what in a group: a pure function of the kind-0 entries that were noted and of what the workspace says,
 * whatever order they came in.  Rules: PROTOCOL.md, "Governance".  Feed entries as they are accepted, settle after the
 * batch, then ask.  A group is settled after its workspace. */
#pragma once
#include "core/entry/payload.h"

struct governance;

enum governance_kind {
    GOVERN_WORKSPACE,
    GOVERN_GROUP,
    GOVERN_DIRECT, /* the chat of two people: no root, its members are their devices in the workspace */
};

struct governance_scope {
    enum governance_kind kind;
    struct hash id;
    struct sign_public root;    /* not of a direct chat */
    struct person_id people[2]; /* of a direct chat */
    uint64_t salt;              /* random, for the tables inside; no result hangs on it */
};

/* `workspace`: NULL for the workspace itself; borrowed, and must live longer. */
struct governance *governance_new(const struct governance_scope *scope, const struct governance *workspace);
void governance_free(struct governance *governance); /* NULL is fine */

/* Takes an accepted entry (copied) of the log `author`.  *flags are its stored flags: ENTRY_FLAG_CONSENT saves
 * verifying the signature of a device that is brought in, and is set when that verifies.  An entry that is known
 * already changes nothing.  ERR_NOT_FOUND: the entry before it was not noted. */
MUST_USE enum error governance_note(struct governance *governance, const struct log_name *author,
                                    const struct entry *entry, const struct hash *id, uint32_t *flags);

#define GOVERNANCE_MEMBERS 1u  /* who is a member, with which role, person or box key */
#define GOVERNANCE_VERDICTS 2u /* which entries or logs count, and how far */
#define GOVERNANCE_POLICY 4u
#define GOVERNANCE_EPOCHS 8u /* which key to seal with */
/* Evaluates; returns what may have changed since the last time. */
unsigned governance_settle(struct governance *governance);

/* ---------------------------------------------------------------- members */

struct governance_member {
    struct sign_public device;
    struct person_id person; /* zeros: granted, but nobody said who it is */
    uint64_t instance;
    enum role role;
    struct dh_public box;
    bool has_box;                /* false: granted, but never added */
    struct sign_public added_by; /* the device that added or linked it; zeros: a root, or the workspace (direct chat) */
    bool linked;                 /* by LINK */
    bool granted;                /* an admin, or was one: a GRANT counts, also if it was revoked */
};
/* The current ones by device, then instance; borrowed until the next settle. */
const struct governance_member *governance_members(const struct governance *governance, size_t *ret_count);
/* Of the device's current memberships the one with the largest instance; borrowed likewise.  NULL: none. */
const struct governance_member *governance_member(const struct governance *governance,
                                                  const struct sign_public *device);

/* Who a membership is or was, also one that ended.  False: nothing that counts brings it in. */
bool governance_who(const struct governance *governance, const struct sign_public *device, uint64_t instance,
                    struct governance_member *ret);

/* Any who is or was a member, and matches.  False: nobody does. */
typedef bool governance_matches(const void *arg, const struct governance_member *member);
bool governance_seek(const struct governance *governance, governance_matches *matches, const void *arg,
                     struct governance_member *ret);

/* Any person of whom GENESIS, an ADD or a LINK speaks, counting or not, and who matches: who was let in by somebody
 * that may not was taken for a member until that was known.  False: there is none. */
typedef bool governance_matches_person(const void *arg, const struct person_id *person);
bool governance_speaks_of(const struct governance *governance, governance_matches_person *matches, const void *arg,
                          struct person_id *ret);

/* What a membership came to; false: nobody ever spoke of it. */
struct governance_standing {
    bool current;              /* in the list above */
    bool admin;                /* current, and holds a GRANT that was not revoked */
    bool removed;              /* a REMOVE of it counts here */
    bool removed_in_workspace; /* this group's own REMOVE is still to be written */
    struct hash removal;       /* removed: the entry that says so */
};
bool governance_standing(const struct governance *governance, const struct sign_public *device, uint64_t instance,
                         struct governance_standing *ret);
/* Appends a REVOKE of each grant of a membership: what its REMOVE by an admin has to cite.  False: one was not revoked,
 * so that only a root, or the word of the workspace, ends it. */
bool governance_revocations(const struct governance *governance, const struct sign_public *device, uint64_t instance,
                            struct buffer *cites);
/* Whether LINKs join two memberships, so that each may remove the other; roots' removals aside. */
bool governance_joined(const struct governance *governance, const struct sign_public *a, uint64_t a_instance,
                       const struct sign_public *b, uint64_t b_instance);
/* Memberships of devices that the workspace has removed, of which this group's own REMOVE is still to be written; at
 * most `most`. */
size_t governance_left_over(const struct governance *governance, struct governance_member *ret, size_t most);
/* The entry whose membership holds for it: an ADD, GENESIS or a LINK.  False: none. */
struct governance_source {
    struct hash entry;
    struct hash log; /* where it stands: as in its header */
    uint64_t seq;
    uint64_t type;
    enum role role;
};
bool governance_added(const struct governance *governance, const struct sign_public *device, uint64_t instance,
                      struct governance_source *ret);
/* Whether the ADD that holds for it cites that entry. */
bool governance_add_cites(const struct governance *governance, const struct sign_public *device, uint64_t instance,
                          const struct hash *entry);
/* Whether the workspace's root is who granted it, and did not revoke that: then the group's own cannot. */
bool governance_granted_above(const struct governance *governance, const struct sign_public *device, uint64_t instance);
/* Appends the ids of its GRANTs (or of GENESIS) that count and were not revoked. */
void governance_open_grants(const struct governance *governance, const struct sign_public *device, uint64_t instance,
                            struct buffer *ret);
bool governance_was_granted(const struct governance *governance, const struct sign_public *device, uint64_t instance);
/* What an ADD has to say that brings in this device, for the first time or again: returns the number of its instance,
 * and appends what it cites. */
uint64_t governance_return(const struct governance *governance, const struct sign_public *device, struct buffer *cites);
/* Whether the device was a member and was removed, and is none now. */
bool governance_was_removed(const struct governance *governance, const struct sign_public *device);
/* Then also by which REMOVE: that of its largest instance. */
struct governance_removal {
    struct hash id;
    struct log_name log; /* where it stands */
    uint64_t seq;
    uint64_t instance;
};
bool governance_removal_of(const struct governance *governance, const struct sign_public *device,
                           struct governance_removal *ret);
/* What a device of which something here speaks, and that is no member, has to know to see that: the entries that put it
 * out, or put out those who brought it in, and all before them.  Of each log, or branch, its last one. */
typedef void governance_end(void *arg, const struct cut *end);
void governance_outside(const struct governance *governance, const struct sign_public *device, governance_end *end,
                        void *arg);

/* Whether a new entry of this kind-0 type by this membership would count.  Roots are not asked about; the membership's
 * own REMOVE is always allowed. */
bool governance_may_write(const struct governance *governance, const struct sign_public *device, uint64_t instance,
                          enum entry_type type);
/* The number of this membership's next LINK.  0: a LINK by it would not count, or it has given all away. */
uint64_t governance_link_number(const struct governance *governance, const struct sign_public *device,
                                uint64_t instance);
/* Whether a log may be named: an ADD, LINK, GRANT, GENESIS or HANDOVER speaks of its author, counting or not. */
bool governance_justifies(const struct governance *governance, const struct log_name *log);
/* Up to which seq a kind-0 log is taken: everything is kept here, and of who was never an admin most cannot count. */
#define GOVERNANCE_LOG_MAX 1000u
uint64_t governance_log_limit(const struct governance *governance, const struct log_name *log);

/* ---------------------------------------------------------------- entries */

/* Why an entry counts or does not.  Stable; with a sentence for people. */
#define GOVERNANCE_RULES(X)                                                                                            \
    X(RULE_COUNTS, "it counts")                                                                                        \
    X(RULE_MALFORMED, "its content is not what it should be")                                                          \
    X(RULE_UNKNOWN_TYPE, "it needs a newer Zuruf")                                                                     \
    X(RULE_FOUNDING, "only the first entry of the group's root log founds the group")                                  \
    X(RULE_ROOT_ENDED, "it stands beyond the end of a root log")                                                       \
    X(RULE_NOT_FOR_ROOT, "a root does not write this")                                                                 \
    X(RULE_ONLY_ROOT, "only a root may write this")                                                                    \
    X(RULE_NO_GRANT, "it names no grant that this root may revoke")                                                    \
    X(RULE_SUPERIOR, "only the workspace's root may remove whom it made an admin")                                     \
    X(RULE_HEAD_UNKNOWN, "the head it names is no head of the group's root log")                                       \
    X(RULE_NO_CONSENT, "the device it brings in has not consented")                                                    \
    X(RULE_ITSELF, "a device cannot bring in itself")                                                                  \
    X(RULE_ROOT_KEY, "what it names as a device is a root's key")                                                      \
    X(RULE_STRANGER, "its author is no member")                                                                        \
    X(RULE_CUT, "its author was removed before it")                                                                    \
    X(RULE_NO_AUTHORITY, "its author is no admin there")                                                               \
    X(RULE_ROLE, "its author's role does not allow it")                                                                \
    X(RULE_NEEDS_ROOT, "it removes an admin whom the root has not revoked")                                            \
    X(RULE_UNCITED, "it brings back a device without naming its removals")                                             \
    X(RULE_ADDED, "the device it links was added by an admin")                                                         \
    X(RULE_LINK_DEPTH, "its author was linked by a linked device")                                                     \
    X(RULE_LINK_PERSON, "it links a device to somebody else than its author")                                          \
    X(RULE_LINK_TAKEN, "another link has this number or this device")                                                  \
    X(RULE_HEIGHT, "its height does not follow the epochs before it")

enum governance_rule {
#define X(name, sentence) name,
    GOVERNANCE_RULES(X)
#undef X
        RULE_COUNT
};
const char *governance_sentence(enum governance_rule rule); /* static, English */
/* ERR_NOT_FOUND: not noted. */
MUST_USE enum error governance_verdict(const struct governance *governance, const struct hash *id,
                                       enum governance_rule *ret);

/* Whether entry `seq` of a content log, whose headers name `log`, lies within the cuts of its author's removals.
 * `follows` tells whether the entry is that of a cut's record or comes before it in its chain, or that one is not held;
 * NULL: the seqs decide. */
typedef bool governance_follows(void *arg, const struct cut *head);
bool governance_covers_content(const struct governance *governance, const struct sign_public *device, uint64_t instance,
                               const struct hash *log, uint64_t seq, governance_follows *follows, void *arg);

/* ---------------------------------------------------------------- roots */

/* Where the group's root log stands, and who goes on from there. */
struct governance_root {
    struct sign_public key;    /* whose word counts next */
    struct sign_public writer; /* of the newest generation: another one, where that was handed over */
    uint64_t generation;
    bool is_over; /* only a next generation can go on: it was handed over, or its log forked */
    bool forked;
    struct hash head;  /* up to where it is in force; */
    struct hash named; /* what a next generation names: that, or the end of a branch */
};
/* False: a direct chat, or GENESIS is not here. */
bool governance_root(const struct governance *governance, struct governance_root *ret);
/* Whether it is one of the keys that speak for the group as its root, or have spoken. */
bool governance_was_root(const struct governance *governance, const struct sign_public *key);
/* The last entry in force that the workspace's root has written into this group.  False: it has not. */
bool governance_superior(const struct governance *governance, struct cut *ret);
/* How many entries of root keys do not count, as their generation had ended or forked before. */
size_t governance_root_void(const struct governance *governance);

/* ---------------------------------------------------------------- the rest */

struct policy governance_policy(const struct governance *governance);
/* A root or an admin wrote a kind-0 type that this version does not know: read only. */
bool governance_needs_newer(const struct governance *governance);

struct governance_epoch {
    struct epoch_id id;
    uint64_t height;
    struct hash entry;
    struct sign_public author;
    struct hash log; /* where the entry stands: as in its header */
    uint64_t seq;
};
/* The nth (from 0) EPOCH to seal with, the greatest (height, id) first: counted, its author and all who were given its
 * key current members.  False: there are not so many.  Take the first whose key is held: */
bool governance_epoch(const struct governance *governance, size_t nth, struct governance_epoch *ret);
typedef bool governance_holds(const void *arg, const struct epoch_id *epoch);
bool governance_epoch_held(const struct governance *governance, governance_holds *holds, const void *arg,
                           struct governance_epoch *ret);
/* Whether an EPOCH that counts names this key, be it the one to seal with or not. */
bool governance_has_epoch(const struct governance *governance, const struct epoch_id *epoch);
/* The box keys of members, but for carriers, to whom no EPOCH or KEYSHARE that counts gives this key; at most `most`.
 * Without those whom the EPOCH's author had removed before by what has not come yet. */
size_t governance_missed(const struct governance *governance, const struct epoch_id *epoch, struct dh_public *ret,
                         size_t most);
/* The height of the next EPOCH. */
uint64_t governance_next_height(const struct governance *governance);
