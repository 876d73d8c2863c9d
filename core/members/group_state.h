/* SPDX-License-Identifier: MIT
 * What a node holds of a group: who belongs to it, its keys, its logs, and what content has told of it.  Part of
 * state.h. */
#pragma once
#include "core/base/table.h"
#include "core/entry/payload.h"
#include "core/governance/governance.h"
#include "core/link/link_state.h"
#include "core/log/missing.h"

struct log;

struct member {
    struct sign_public device;
    struct person_id person;
    uint64_t instance;
    uint64_t role;  /* enum role */
    bool was_admin; /* or is one */
    struct dh_public box;
    struct sign_public added_by; /* zero: by a root */
    uint64_t last_heard_ms;      /* wall clock of this process's last link, */
    enum room room;              /* and what was told on it (room.h) */
};

/* A CLOCK that was accepted, whether or not it counts. */
struct clock_fact {
    struct hash entry;
    struct doubt doubt;
};

/* A REMOVE of this device, by whom and of which instance, that is not here. */
struct parting {
    struct sign_public by;
    uint64_t instance;
    struct hash removal;
    bool holds; /* its author was not removed himself, so it may come */
};

/* Who belongs to a group: a function of the accepted kind-0 entries (roster.h). */
struct roster {
    struct governance *governance;
    struct member *members; /* current ones; admins first, then the others, both by device */
    size_t count, admin_count;
    struct sign_public parted; /* this device, where admins have told it that it was removed, */
    struct parting *partings;  /* and what they told */
    size_t parting_count, parting_capacity;
    bool needs_newer; /* a root or an admin wrote a kind-0 type that this version does not know */
    struct clock_fact *clocks;
    size_t clock_count, clock_capacity;
    bool clocks_dirty;
    struct doubt *doubts; /* of those that count, joined */
    size_t doubt_count;
    bool doubts_changed;  /* storage has not been told yet */
    bool justifies_more;  /* more logs may be named than before */
    bool members_changed; /* who was removed has not been left yet */
    bool epochs_changed;  /* another key than before may be the one to seal with */
    bool cuts_changed;    /* content logs may count to another place than before */
};

struct epoch_key {
    struct epoch_id id;
    struct secret_key key;
    uint64_t height;
    bool superseded; /* an EPOCH that was opened carries it: whoever gets the key of that one has it, too */
};

/* An EPOCH whose key is not here, or came later than it. */
struct locked_epoch {
    struct log *log;
    uint64_t seq;
};

/* The workspace key that an EPOCH tells. */
struct told_key {
    struct epoch_id epoch;
    uint64_t height;
    struct secret_key key;
};
#define WORKSPACE_KEYS_MAX 65 /* the current one, and as many before it as links are accepted under */
struct workspace_keys {
    struct secret_key psks[WORKSPACE_KEYS_MAX]; /* all different; the current one first, then the newest */
    size_t count;
    size_t told_count;
    struct told_key told[];
};

struct unread {
    struct log *log;
    uint64_t seq;
};

/* A log whose entries tell of people and groups, and how its author stood when they were read last (told.h). */
struct teller {
    struct log *log;
    uint64_t *seqs;
    size_t count, capacity;
    bool is_known, was_admin;
    struct person_id person;
    uint64_t cut_seq;
};

/* The newest entries that the order view does not show yet (early.h). */
#define EARLY_ENTRIES_MAX 200u
#define EARLY_BYTES_MAX (1u << 20)
struct early_entry {
    struct log *log;
    uint64_t seq, hlc;
    struct buffer wire;
};
struct early {
    struct early_entry *entries;
    size_t count, capacity, bytes;
    bool under_way;     /* some were offered, and are not yet all shown by the order view */
    uint64_t since_hlc; /* under_way: the oldest that was offered */
    uint64_t sweep_ms;
};

/* A group that this person has left on another device (leaving.h). */
struct leaving {
    struct hash group;
    uint64_t hlc;      /* of the note that tells it */
    uint64_t instance; /* this device's membership that is still to end; 0: none */
};

/* Whom an admin has invited into a group (invitees.h). */
struct invitee {
    struct sign_public device;
    struct person_id person;
    uint64_t state;    /* enum invitee_state */
    uint64_t instance; /* as which it may come in */
    uint64_t hlc;      /* of the entry that says so, by this admin's device: */
    struct sign_public by;
};

/* Who may be told what governs a group, says the workspace's root (visits.h). */
struct visitor {
    struct sign_public device;
    struct sign_public root; /* as it was then */
};

struct group {
    uint32_t number; /* on this disk; from 1, in the order in which they came */
    enum group_kind kind;
    struct hash id;
    struct sign_public root;         /* zeros: a direct chat has none */
    struct person_id people[2];      /* GROUP_DIRECT: whose it is, the smaller first */
    struct secret_key workspace_key; /* GROUP_WORKSPACE */
    struct roster roster;
    struct epoch_key *keys;
    size_t key_count, key_capacity;
    size_t newest_key;          /* index + 1; 0: none */
    size_t loose_keys;          /* those whose EPOCH nobody has seen: height 0 */
    size_t key_tips;            /* those that are not superseded */
    struct table keys_by_id;    /* epoch id and zeros → index + 1 */
    struct table locked_epochs; /* likewise → struct locked_epoch, owned */
    struct locked_epoch *ready; /* their keys have come */
    size_t ready_count, ready_capacity;
    struct log **logs;
    size_t log_count, log_capacity;
    struct log **sorted; /* the same by ascending id: what is told of them stands in this order */
    size_t sorted_capacity;
    struct log *own[2]; /* by kind; NULL: none open */
    struct log *tips;   /* newest first */
    struct log *tips_end;
    struct hash digest;
    bool digest_valid;
    uint64_t changed_ms;   /* monotonic: when durable entries last came to it */
    struct unread *unread; /* names and titles that came before their key */
    size_t unread_count, unread_capacity;
    struct teller *tellers;
    size_t teller_count, teller_capacity;
    bool keys_changed;  /* try the unread ones at the end of this step */
    bool sealing_known; /* the next five are (sealing.h) */
    bool has_sealing;
    bool key_reaches_all; /* every member was given the key to seal with */
    bool rival_misses;    /* not every member was given the key of `rival`, an EPOCH that stands beside it */
    struct epoch_id rival;
    struct governance_epoch sealing; /* the one to seal with, whose key is held */
    bool gives_in_vain;              /* what this device last wrote of keys does not count (sealing.h) */
    uint64_t key_awaited_ms;         /* monotonic: since when a key is waited for; 0: none is */
    struct epoch_id counted_epoch;   /* under that key */
    uint64_t counted;                /* so many entries were accepted here (custody.h) */
    bool held_stays;                 /* in this step a message there still waits for a key (held.h) */
    bool custody_due;                /* to be looked at: */
    uint64_t duty_ms;                /* monotonic: when this node does what nobody has done till then; 0: nothing */
    uint64_t sealing_since_ms;       /* monotonic: when this key was found to be the one, in this process; 0: not yet */
    bool wants_dirty;                /* look for sources at the end of this step */
    size_t fetching[2];              /* logs that have a source, by kind */
    uint64_t governance_ms;          /* monotonic: when kind 0 was first asked for, or last came */
    uint64_t title_hlc;              /* 0: what an invitation called it */
    struct buffer title, folder;
    bool is_private; /* GROUP_CHAT: the workspace's root is never given its keys */
    struct invitee *invitees;
    size_t invitee_count, invitee_capacity;
    struct visitor *visitors;
    size_t visitor_count, visitor_capacity;
    bool is_entered; /* as the workspace's root: what governs it is asked for, though this device is no member */
    bool has_root;   /* its own root key is here (root.h) */
    bool carries;    /* this device is a carrier there (carried.h), */
    bool carried_dirty;
    uint64_t carried;  /* and keeps so many bytes of content */
    uint64_t received; /* entries taken since the last time nothing was missing */
    struct early early;
    struct link *tail_from;   /* whom we asked for the newest messages; NULL: nobody in this catch-up */
    bool gated;               /* own entries wait for the first peer's clock (gate.h) */
    uint64_t introduce_after; /* members changed in this batch: linked ones are told of the group then; 0: nothing */
};
