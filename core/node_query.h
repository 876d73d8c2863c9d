/* SPDX-License-Identifier: MIT
 * Questions to a node between two steps: nothing here changes it.  Everything borrowed dies with the next step. */
#pragma once
#include "node.h"

/* After COMMAND_LOCK, and until COMMAND_UNLOCK is answered: nothing of what follows is known then. */
bool node_is_locked(const struct node *node);

struct node_info {
    bool has_identity, has_workspace;
    bool runs_twice; /* since the start another home of this device was heard of */
    struct sign_public device;
    struct person_id person;
    struct bytes name;           /* of this person */
    uint32_t workspace;          /* its group number; 0: none */
    struct bytes workspace_name; /* may be empty until its key and title have come */
    uint64_t free_disk;
    enum error
        disk_state; /* OK; ERR_LIMIT: takes no entries of others; ERR_DISK_FULL: read-only; another: not readable */
    enum room room; /* whether it takes content of others */
    uint64_t carried_groups, carried, quota; /* carries so many groups, keeps so many bytes of their content, of at most
                                                so many; UINT64_MAX: as many as the disk holds */
    uint64_t entries;                        /* stored */
    uint64_t last_arrival;                   /* of the newest durable entry: where node_arrivals() finds nothing yet */
    size_t links;                            /* that stand */
};
void node_info(const struct node *node, struct node_info *ret);

struct node_group {
    uint32_t number;
    enum group_kind kind;
    struct hash id;
    struct bytes name;         /* of a direct chat: that of the other person */
    struct bytes folder;       /* a path; empty: the top */
    bool is_private;           /* the workspace's root is never told of it */
    bool is_member;            /* false: consented, and not admitted yet, or: */
    bool is_entered;           /* as the workspace's root, which knows who is in it and reads nothing; or: */
    bool by_workspace;         /* not its own root key is here, but that of the workspace, which may name its admins */
    bool has_left;             /* was a member, and was removed or has left */
    struct person_id partner;  /* of a direct chat: the other person */
    enum role role;            /* mine */
    uint64_t missing;          /* entries known to exist elsewhere and not here yet */
    uint64_t payloads_missing; /* of entries that are here */
    uint64_t received;         /* of the running catch-up; received + missing is its total */
    uint64_t carried;          /* of one that this node carries: bytes of content */
    bool has_key;
    uint64_t held;    /* own messages that wait for a key to be sealed with */
    bool needs_newer; /* somebody writes what this version cannot read, so it is not all here; or governs so: read-only
                       */
    uint64_t logs;
    uint64_t subs; /* begun here by this device and instance, of at most 64; at SUBS_WARN it needs a new instance */
};
#define SUBS_WARN 48
bool node_group_at(const struct node *node, size_t index, struct node_group *ret); /* false: past the last */
/* By name (case-insensitive for ASCII) or by number.  ERR_NOT_FOUND. */
MUST_USE enum error node_find_group(const struct node *node, struct bytes name, uint32_t *ret);

/* Somebody who is invited into a group and not in it. */
struct node_invitee {
    struct person_id person;
    struct bytes name; /* empty when unknown */
    struct sign_public device;
    bool carries; /* as a carrier */
    bool declined;
};
bool node_invitee_at(const struct node *node, uint32_t group, size_t index, struct node_invitee *ret);

/* What somebody wrote after he was removed, kept and shown to nobody (cuts.h): a log of it. */
struct node_hidden {
    struct hash log;
    struct sign_public device;
    struct person_id person; /* zero when unknown */
    struct bytes name;       /* empty when unknown */
    uint64_t from, count;    /* its entries from that number on */
};
/* False: past the last, or this device is no admin of the group. */
bool node_hidden_at(const struct node *node, uint32_t group, size_t index, struct node_hidden *ret);

/* An invitation into a group that this device has not accepted. */
struct node_invitation {
    struct hash group;
    struct bytes name;         /* of the group */
    struct bytes inviter;      /* name; empty when unknown */
    struct person_id person;   /* the inviter; zero when unknown */
    struct sign_public device; /* the inviter's */
    bool is_private;
    bool carries; /* as a carrier, which is told no name */
    bool declined;
};
bool node_invitation_at(const struct node *node, size_t index, struct node_invitation *ret);

struct node_direct {
    uint32_t group; /* 0: nobody has written there yet */
    struct hash id; /* of that group, now or later */
    struct person_id person;
    struct bytes name;
};
/* The chat with a person: by his name (case-insensitive for ASCII), or by his id or the chat's in base32.
 * ERR_NOT_FOUND: nobody is called so; ERR_NAME_AMBIGUOUS: two are; ERR_USAGE: that is oneself. */
MUST_USE enum error node_find_direct(const struct node *node, struct bytes name, struct node_direct *ret);

/* Whether this person has compared fingerprints with the owner of a device. */
enum verification {
    VERIFICATION_NONE,
    VERIFICATION_VERIFIED,
    VERIFICATION_CHANGED, /* another device of that person or name was, or this one under another name */
    VERIFICATION_SELF,    /* it is this device */
};

struct node_person {
    struct person_id person;
    struct bytes name;
    struct sign_public device;
    struct bytes label; /* what the device is called; empty when unknown */
    uint64_t instance;
    enum role role;
    bool self;
    bool linked;            /* a link stands */
    bool online;            /* that, or its neighbours in the office tell that it is there (own device: true) */
    uint64_t last_heard_ms; /* wall clock of the last link; 0: not since the start */
    enum room room;         /* told on it: whether the device stores what is written here */
    struct sign_public added_by;
    enum verification verification;
    uint64_t complete_to_ms; /* HLC time of the newest entry held without gap; 0: none */
    uint64_t missing;        /* entries of this device known to exist and not here */
};
bool node_person_at(const struct node *node, uint32_t group, size_t index, struct node_person *ret);

/* A device of this person's. */
struct node_device {
    struct sign_public device;
    struct bytes label; /* what it is called; empty when unknown */
    bool self;
    bool online;
    bool linked; /* another device of his brought it in; else an admin did, or it founded the workspace */
    struct sign_public added_by; /* zero: by a root */
    uint64_t since_ms;           /* its bringer's time; 0: not known */
    uint64_t last_seen_ms;       /* wall clock of its last link with this node, or of the newest entry here, by its own
                                    time; 0: never */
};
bool node_device_at(const struct node *node, size_t index, struct node_device *ret); /* false: past the last */

/* A log that was written twice (branches.h). */
struct node_forked_log {
    uint32_t group;
    struct hash log; /* its id before it forked */
    struct sign_public device;
    struct person_id person; /* zero: no member */
    struct bytes author;     /* name; empty when unknown */
};
bool node_forked_log_at(const struct node *node, size_t index, struct node_forked_log *ret); /* false: past the last */

/* The workspace's root key. */
struct node_root {
    bool has_passphrase;            /* it lies under one of its own */
    unsigned shares, shares_needed; /* 0: none were made on this device */
    uint64_t shares_ms;             /* wall clock: when */
    uint64_t generation;            /* of the workspace's root log: how often another device went on with the key */
    bool is_forked;                 /* it was written twice: what stands behind the fork does not count until the root
                                       writes again, and then one of the histories does */
    size_t void_count;              /* entries of it that do not count, since a generation went on without them */
    size_t void_new;                /* of these: since the last COMMAND_ROOT_SEEN */
};
bool node_root(struct node *node, struct node_root *ret); /* false: it is not on this device */
/* Its public key and its seed, which is to be wiped.  ERR_NO_WORKSPACE, ERR_NO_ROOT, ERR_ROOT_HANDED_OVER;
 * ERR_NO_PASSPHRASE: one is needed; ERR_BAD_PASSPHRASE. */
MUST_USE enum error node_root_export(struct node *node, struct bytes passphrase, struct sign_public *ret_root,
                                     uint8_t ret_seed[32]);

/* A group that the workspace's root has opened on this device (COMMAND_ROOT_GROUPS). */
struct node_charter {
    struct hash group;
    struct bytes name;
    struct sign_public device; /* whose word it is */
    struct person_id person;   /* zero when unknown */
    struct bytes author;       /* name; empty when unknown */
    bool is_ruled;             /* the workspace's root has written into it */
    bool is_member;            /* this device is in it */
    bool is_entered;           /* as the root; */
    bool is_known;             /* and knows who is in it */
};
bool node_charter_at(const struct node *node, size_t index, struct node_charter *ret); /* false: past the last */
/* By name (case-insensitive for ASCII) or id in base32.  ERR_NOT_FOUND; ERR_NAME_AMBIGUOUS; ERR_PRIVATE_GROUP: it is
 * one that this device is in; ERR_EXISTS: this device is in it, and the root is not told of it yet. */
MUST_USE enum error node_find_charter(const struct node *node, struct bytes name, struct hash *ret);

/* Of a device by its key: VERIFICATION_NONE also for one that is no member. */
enum verification node_verification(const struct node *node, const struct sign_public *device);

/* This device was removed from the workspace, and is spoken with no more. */
struct node_dismissal {
    struct sign_public device; /* whose REMOVE it is */
    bool by_root, by_self;     /* the workspace's root key; this device itself: it left */
    struct person_id person;   /* zero when unknown, as for a root */
    struct bytes name;         /* empty when unknown */
    uint64_t time_ms;          /* HLC time of the REMOVE */
};
bool node_dismissal(const struct node *node, struct node_dismissal *ret); /* false: it was not */

struct node_peer {
    struct address address;
    bool by_hand; /* set with peer add; else remembered or told */
    bool connected;
    struct sign_public device; /* zero while unknown */
    uint64_t next_dial_in_ms;  /* 0: connected or dialling */
};
bool node_peer_at(const struct node *node, size_t index, struct node_peer *ret);

enum message_state {
    MESSAGE_READABLE,
    MESSAGE_WAITING_FOR_KEY,
    MESSAGE_NEEDS_NEWER,     /* a content type this version does not know */
    MESSAGE_PAYLOAD_MISSING, /* it came without, and is asked of everybody */
    MESSAGE_NOT_TEXT,        /* a content entry that is no message (a name, a title): skip it in a chat */
};
struct message {
    struct message_ref ref;
    uint32_t group, log_number;
    enum message_state state;
    uint64_t type;
    struct sign_public device;
    struct person_id person;
    struct bytes author; /* name; empty when unknown */
    enum verification verification;
    uint64_t time_ms;   /* the author's HLC */
    bool implausible;   /* that time is more than ten minutes ahead of the clock here */
    bool time_doubtful; /* an admin said that it is not to be believed: it has no part in the order */
    struct bytes topic; /* empty: the general one */
    struct bytes text;
    struct message_ref reply_to; /* seq 0: none */
    bool urgent;
    bool written_twice;  /* its log forked: it stands in one of two or more histories (branches.h) */
    bool incomplete;     /* a cause is still missing */
    bool early;          /* its history is still coming: verified, but in no list, clock or export yet */
    uint64_t seen_ms;    /* when it became durable here; 0: not yet */
    bool late;           /* came more than a minute after it was written */
    uint64_t arrival;    /* 0: not durable yet */
    struct bytes wire;   /* the signed original */
    struct bytes cursor; /* in an ordered list */
};

/* A message of this node by log number, also one that is not durable yet.  ERR_NOT_FOUND.  Valid until the next call
 * of any node_message* function. */
MUST_USE enum error node_message(struct node *node, uint32_t log_number, uint64_t seq, struct message *ret);

typedef bool (*message_visitor)(void *arg, const struct message *message);

struct message_query {
    uint32_t group;
    struct bytes cursor; /* empty: from that end */
    bool backward;
    uint64_t since_ms, until_ms; /* by the author's time, by the place where that is doubted; 0: open */
    struct bytes topic;          /* empty: any */
};
/* Durable content entries of a group in order; the visitor decides how many. */
MUST_USE enum error node_messages(struct node *node, const struct message_query *query, message_visitor visit,
                                  void *arg);
/* Durable content entries by arrival, after arrival number `after`: what a subscriber missed. */
MUST_USE enum error node_arrivals(struct node *node, uint64_t after, message_visitor visit, void *arg);
/* The newest messages whose history is still coming, in order of time: what node_messages() does not show yet. */
MUST_USE enum error node_early_messages(struct node *node, uint32_t group, message_visitor visit, void *arg);
/* True when every stored entry stands in the order, so that a list is complete. */
bool node_order_is_current(const struct node *node);

/* The vector clock of a group, or the past of one message (log id → highest seq), by ascending log id.  Of many
 * messages, ask in their order: each then costs what it adds to the one before. */
typedef void (*clock_visitor)(void *arg, const struct hash *log, uint64_t seq);
void node_clock(const struct node *node, uint32_t group, clock_visitor visit, void *arg);
MUST_USE enum error node_message_clock(struct node *node, uint32_t log_number, uint64_t seq, clock_visitor visit,
                                       void *arg);

/* Who has an own message durably. */
struct receipt {
    size_t persons;                 /* other persons in the group now */
    size_t with;                    /* of them, how many have it on some device that reads it */
    size_t carriers, with_carriers; /* computers that only carry; how many of them have it */
};
MUST_USE enum error node_receipt(const struct node *node, const struct message_ref *message, struct receipt *ret);

/* "k7q2m-118": the shortest prefix (≥ 5) of the log id in base32 that is unique here, or with `full` always 16
 * characters; appended to `out`. */
void node_message_id(const struct node *node, const struct message_ref *ref, bool full, struct buffer *out);
/* ERR_MALFORMED, ERR_NOT_FOUND; ERR_LIMIT: fits more than one log. */
MUST_USE enum error node_message_find(const struct node *node, struct bytes id, struct message_ref *ret,
                                      uint32_t *ret_log);
