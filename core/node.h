/* SPDX-License-Identifier: MIT
 * The node: everything Zuruf decides, as a step function.  An event goes in, effects come out; time, randomness, free
 * disk and storage come in as values.  No socket, file, clock or thread in here, so a thousand nodes run in one process
 * in virtual time.
 *
 *     struct effects effects = {0};
 *     node_step(node, &event, &effects);     then the runtime carries the effects out, in order
 *
 * Between two steps node_query.h answers questions about the state. */
#pragma once
#include "core/base/words.h"
#include "core/entry/payload_member.h"
#include "storage.h"

/* ---------------------------------------------------------------- addresses */

struct address {
    uint8_t ip[16]; /* IPv6, or IPv4 as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2) */
    uint16_t port;
    uint32_t scope; /* interface index for fe80::/10, else 0 */
};

/* ---------------------------------------------------------------- commands: what people and programs ask for */

enum command_type {
    COMMAND_IDENTITY_CREATE,  /* name → – */
    COMMAND_WORKSPACE_CREATE, /* name, root.passphrase → – */
    COMMAND_INVITE_CREATE,    /* invite, name, role, expires_ms → code, expires_ms */
    COMMAND_JOIN, /* code, links, addresses → –; answered when this node can read and write there, or refused */
    COMMAND_DEVICE_NAME,   /* name → –; what this computer is called */
    COMMAND_DEVICE_REVOKE, /* device → –; another one of this person's is none any more */
    COMMAND_SEND,          /* a message → its id, seq 0: it waits for a key; answered when it is durable */
    COMMAND_PEER_ADD,      /* address → – (remembered, dialled now and again) */
    COMMAND_PEER_REMOVE,   /* address → – */
    COMMAND_GROUP_CREATE,  /* group → its number */
    COMMAND_GROUP_ADD,     /* group, persons, role → –; invites them, as carriers or members; for its admins */
    COMMAND_GROUP_RENAME,  /* group, name → –; for its admins */
    COMMAND_GROUP_REMOVE,  /* group, persons, else device; root.passphrase → –; for its admins; or who is invited */
    COMMAND_GROUP_ROLE,    /* group, persons, role, root.passphrase → – */
    COMMAND_GROUP_LEAVE,   /* group → remaining; this person */
    COMMAND_GROUP_ACCEPT,  /* group.id, of an invitation → – */
    COMMAND_GROUP_DECLINE, /* likewise */
    COMMAND_CLOCK_DISTRUST, /* a range of a log → –; for admins: those entries' times decide no order any more */
    COMMAND_VERIFY, /* verify → –; this person has compared fingerprints with that device's owner, or no more */
    COMMAND_ROOT_SHARED,  /* root.of, root.need → –; shares of the workspace's root key were made */
    COMMAND_ROOT_SEEN,    /* – → –; somebody has looked at what of the root log does not count */
    COMMAND_ROOT_RECOVER, /* root → –; it is on this device from now on, from its shares, and goes on from there */
    COMMAND_ROOT_HAND_OVER, /* root.passphrase, root.new_passphrase → –; another key in its place, the old one is done
                             */
    COMMAND_ROOT_GROUPS, /* root.passphrase → –; what the workspace's root can open is in node_charter_at() then */
    COMMAND_ROOT_TAKE_OVER, /* group, root.passphrase → –; its own root has another key, which is here */
    COMMAND_ROOT_ENTER,     /* group.id, root.passphrase → its number; who is in it is asked for */
    COMMAND_CARRIER_QUOTA,  /* quota → –; how much content of the groups that it carries this node keeps */
    COMMAND_LOCK, /* – → –; every key is wiped from memory, and every link closed; answered when all is durable */
    COMMAND_UNLOCK, /* store_key → –; answered when what is on disk is here again */
    COMMAND_STOP,   /* says BYE on every link */
};

enum group_kind {
    GROUP_WORKSPACE, /* the office: everyone who holds its key may know of it */
    GROUP_CHAT,      /* some of its people; nobody else learns that there is one */
    GROUP_DIRECT,    /* two of its people */
};

enum invitation_state { INVITATION_OPEN = 1, INVITATION_ACCEPTED = 2, INVITATION_DECLINED = 3 };

/* Whether a node takes content of others, as it tells them. */
enum room {
    ROOM_FREE = 0,
    ROOM_QUOTA = 1, /* none of the groups that it carries: its owner allows no more */
    ROOM_DISK = 2,  /* none: its disk is nearly full */
};

/* Whom a code lets in. */
enum invite_kind {
    INVITE_PERSON = 0, /* somebody new */
    INVITE_AGAIN = 1,  /* a computer of somebody who is known, or was: brought in by an admin */
    INVITE_DEVICE = 2, /* a further computer of whoever makes the code */
};

#define JOIN_ADDRESSES_MAX 16
#define GROUP_PERSONS_MAX 64
#define CLIENT_ID_MAX 64

struct message_ref {
    struct hash log;
    uint64_t seq; /* 0: none */
};

struct command {
    enum command_type type;
    uint64_t id;               /* chosen by the runtime; comes back in the reply */
    struct bytes name;         /* IDENTITY_CREATE, DEVICE_NAME, WORKSPACE_CREATE, GROUP_CREATE, GROUP_RENAME;
                                  INVITE_CREATE of INVITE_AGAIN: who is meant */
    enum invite_kind invite;   /* INVITE_CREATE */
    enum role role;            /* INVITE_CREATE, GROUP_ROLE, GROUP_ADD */
    struct sign_public device; /* DEVICE_REVOKE */
    bool links;                /* JOIN: as a further computer of whoever made the code */
    uint64_t expires_ms;       /* INVITE_CREATE: wall clock */
    struct code code;          /* JOIN */
    uint64_t deadline_ms;      /* JOIN: monotonic; give up then */
    struct address addresses[JOIN_ADDRESSES_MAX]; /* JOIN; PEER_*: the first */
    size_t address_count;
    struct { /* SEND */
        uint32_t group;
        struct person_id person; /* group 0: into the chat with this person, begun if need be */
        struct bytes text;       /* ≤ TEXT_MAX_SIZE, UTF-8 */
        struct bytes topic;      /* may be empty: inherited from what it answers, else the general one */
        struct message_ref reply_to;
        bool urgent;
        struct bytes client_id; /* may be empty; the same one again gives the same message */
    } send;
    struct {                                         /* GROUP_*; the name stands above */
        uint32_t number;                             /* but CREATE, ACCEPT, DECLINE */
        struct hash id;                              /* ACCEPT, DECLINE */
        struct bytes folder;                         /* CREATE: a path; may be empty */
        bool is_private;                             /* CREATE */
        struct person_id persons[GROUP_PERSONS_MAX]; /* CREATE, ADD; REMOVE, ROLE: one */
        size_t person_count;
        struct sign_public device; /* REMOVE: where no persons are named */
    } group;
    struct { /* CLOCK_DISTRUST: both included, of one log */
        struct message_ref from, to;
    } distrust;
    struct {
        struct sign_public device;
        bool undo;
    } verify;
    struct {
        uint8_t seed[32];
        uint8_t of, need;            /* shares that exist, and how many of them restore it */
        struct bytes passphrase;     /* that it lies under, or will; empty: none but the store key */
        struct bytes new_passphrase; /* ROOT_HAND_OVER: to keep the new one under */
        bool anyway;                 /* ROOT_HAND_OVER: though what it said in groups not entered here will not count */
    } root;
    uint64_t quota;                     /* CARRIER_QUOTA: bytes; UINT64_MAX: as much as the disk holds */
    const struct secret_key *store_key; /* UNLOCK */
};

/* ---------------------------------------------------------------- events in */

enum event_type {
    EVENT_START,     /* first; once */
    EVENT_TIME,      /* the moment asked for by EFFECT_WAKE has come */
    EVENT_LINK_UP,   /* a connection stands (dialled or accepted) */
    EVENT_LINK_DOWN, /* it is gone, or dialling failed */
    EVENT_BYTES,
    EVENT_PERSISTED,
    EVENT_PEER_SEEN, /* discovery: a hint, nothing more */
    EVENT_PEER_GONE,
    EVENT_NETWORK, /* an interface or address changed: redial, announce again */
    EVENT_COMMAND,
};

#define LINK_UNSENT_MAX (1u << 20)
#define TAG_SIZE 8
#define INVITES_MAX 16

/* What a node tells in its mDNS TXT record, and what is seen of others. */
struct beacon {
    uint8_t salt[8];       /* "s": random at each start */
    uint8_t tag[TAG_SIZE]; /* "t": first 8 bytes of BLAKE2b(key = workspace key, "zuruf-tag-v1" ‖ s) */
    bool has_tag;
    uint8_t invites[INVITES_MAX][TAG_SIZE]; /* "j": likewise from each invite's psk */
    size_t invite_count;
};

struct event {
    enum event_type type;
    uint64_t now_ms;    /* wall clock, Unix ms; may jump */
    uint64_t mono_ms;   /* monotonic */
    uint64_t free_disk; /* bytes */
    uint64_t disk_size;
    uint8_t random[32];     /* fresh for each event */
    uint64_t link;          /* LINK_*, BYTES: chosen by the runtime, never used twice */
    uint64_t dial;          /* LINK_UP, LINK_DOWN: which EFFECT_DIAL; 0 when accepted */
    enum error reason;      /* LINK_DOWN */
    struct address address; /* LINK_UP; PEER_SEEN */
    bool deaf;              /* nothing is read from any link now: the disk is behind */
    struct bytes bytes;     /* BYTES; borrowed for the call, ≤ 64 KiB */
    struct persisted persisted;
    struct bytes instance; /* PEER_SEEN, PEER_GONE: the service instance's name */
    struct beacon beacon;  /* PEER_SEEN */
    bool restored;         /* START: the store says that this database is an older copy: never append to the old logs */
    const struct command *command;
};

/* ---------------------------------------------------------------- effects out */

enum effect_type {
    EFFECT_PERSIST,  /* submit `batch`; deliver EVENT_PERSISTED */
    EFFECT_SEND,     /* bytes on `link`, not before batch `after` is durable (0: at once); strictly FIFO per link, but
                        `ahead`: before those that wait; each effect brings whole frames */
    EFFECT_DIAL,     /* connect to `address`; answer LINK_UP or LINK_DOWN with `dial`, within 3 s */
    EFFECT_CLOSE,    /* `link`, after what was sent before on it, with reason `error` */
    EFFECT_WAKE,     /* deliver EVENT_TIME at mono `wake_ms`; replaces the earlier one; UINT64_MAX: none */
    EFFECT_ANNOUNCE, /* publish `beacon`; `again`: re-commit even if nothing changed */
    EFFECT_REPLY,    /* to command `command`, not before batch `after` is durable; if that fails, with its error */
    EFFECT_NOTIFY,   /* tell subscribers; durable kinds not before batch `after` */
    EFFECT_LOG,      /* a line for the node's log: `error`, `text` */
};

enum notice_type {
    NOTICE_SHOWN_EARLY,  /* a message verified, not yet durable here: group, log, seq */
    NOTICE_MESSAGE,      /* a content entry is durable here */
    NOTICE_COMPLETED,    /* the payload of a durable one, which was missing, has come: group, log, seq */
    NOTICE_ACKNOWLEDGED, /* own message (log, seq): one more device has it durably */
    NOTICE_PEER_UP,      /* a link to `device` stands */
    NOTICE_PEER_DOWN,
    NOTICE_ROSTER,    /* members or names changed */
    NOTICE_WORKSPACE, /* created, joined, named; whose times are believed has changed, so the order of messages */
    NOTICE_GROUP,     /* one was created, named or joined; somebody is invited, or has answered */
    NOTICE_LOCKED,
    NOTICE_UNLOCKED,
};

struct notice {
    enum notice_type type;
    uint32_t group;
    uint32_t log;
    uint64_t seq;
    struct sign_public device;
};

struct effect {
    enum effect_type type;
    uint64_t after;             /* SEND, REPLY, NOTIFY: batch id, 0 for none */
    uint64_t link;              /* SEND, CLOSE */
    size_t at, size;            /* SEND: bytes; LOG: text; in effects->arena */
    bool ahead;                 /* SEND */
    const struct batch *batch;  /* PERSIST */
    uint64_t dial;              /* DIAL */
    struct address address;     /* DIAL */
    enum error error;           /* CLOSE, REPLY, LOG */
    uint64_t wake_ms;           /* WAKE */
    struct beacon beacon;       /* ANNOUNCE */
    bool again;                 /* ANNOUNCE */
    uint64_t command;           /* REPLY */
    struct code code;           /* REPLY to INVITE_CREATE */
    uint64_t expires_ms;        /* REPLY to INVITE_CREATE */
    struct message_ref message; /* REPLY to SEND */
    uint32_t group;             /* REPLY to GROUP_CREATE, ROOT_ENTER */
    size_t remaining;           /* REPLY to GROUP_LEAVE: other devices of this person, until they hear of it */
    struct notice notice;       /* NOTIFY */
};

/* Cleared and filled by each step; the runtime keeps one and reuses it. */
struct effects {
    struct effect *items;
    size_t count, capacity;
    struct buffer arena;
};
void effects_clear(struct effects *effects); /* keeps the memory */
void effects_done(struct effects *effects);

/* ---------------------------------------------------------------- the node */

struct node;

struct node_options {
    const struct storage *storage; /* borrowed for the node's life */
    struct secret_key store_key;   /* seals secrets in local rows */
    bool locked;                   /* store_key is not known yet: begins as after COMMAND_LOCK */
    uint8_t home_id[8];            /* random per process: tells two homes of one device apart */
    uint16_t listen_port;          /* told to peers */
};

struct node *node_new(const struct node_options *options);
void node_free(struct node *node); /* wipes its keys */

/* Appends to nothing: clears `effects` first.  Never fails: what goes wrong becomes an effect. */
void node_step(struct node *node, const struct event *event, struct effects *effects);
