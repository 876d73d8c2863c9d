/* SPDX-License-Identifier: MIT
 * The node's state in RAM, shared by the files of the core that make up node_step().  Everything in here can be
 * rebuilt from storage; nobody outside core/ includes this. */
#pragma once
#include "core/base/random.h"
#include "core/base/table.h"
#include "core/entry/entry.h"
#include "core/entry/payload.h"
#include "core/governance/governance.h"
#include "core/link/link_state.h"
#include "core/link/wire.h"
#include "core/log/missing.h"
#include "core/writing/batch.h"
#include "node.h"

struct charters;
struct office;
struct pasts;
struct relay;

#define NEVER UINT64_MAX

/* ---------------------------------------------------------------- logs and groups */

/* One log.  `head` is what was accepted, `durable` what is committed: only the latter is told to peers. */
struct log {
    size_t index; /* in node->logs, and in each link's peer_seq */
    struct group *group;
    struct hash id;
    enum log_kind kind;
    struct sign_public promised_by; /* who told of it, before any entry came; zero: no member */
    bool named;                     /* its name is known and justified; before that only the id */
    bool own;                       /* written by this device */
    bool closed;                    /* own, but a peer or the store knows better: never append again */
    bool doubted;                   /* own: someone says that he holds more; not appended to in this process */
    bool forked;                    /* it has ended: its entries go on in two branches or more (branches.h) */
    bool hidden;                    /* a branch too many: neither shown nor told, */
    bool is_proof;                  /* but for its first entry, which shows that what is shown before it has forked */
    bool cited_by_others;           /* a branch that an entry of another device cites */
    struct log *root;               /* whose name its entries bear: the log that forked; itself, if it is no branch */
    struct log *next_branch;        /* of the same root; root's own: the first */
    struct log *parent;             /* a branch's: what its first entry follows lies there */
    struct log *split_off;   /* until the commit that moves them its entries lie under that one's number; else NULL */
    uint64_t family_changes; /* root: how often its branches or what they hold have changed */
    uint64_t family_size;
    bool row_dirty;     /* its row goes into this step's batch */
    struct log_row row; /* as of head; row.number 0: not on disk yet */
    uint64_t durable_seq;
    struct hash durable_id;
    uint64_t cut_seq;     /* content: it counts up to here (cuts.h); NEVER: all of it */
    struct hash cut_id;   /* of the entry there, if it is here, */
    uint64_t cut_hlc;     /* and its time */
    uint64_t known_seq;   /* the highest anyone has told of */
    struct link *source;  /* whom we asked for the rest; NULL: nobody */
    uint64_t progress_ms; /* when it was asked for, or an entry of it came last */
    bool asked_live;      /* as an announced entry, in node->relay.asked */
    uint64_t asked_ms;    /* asked_live: when */
    uint64_t patience_ms; /* asked_live: until another one is asked */
    uint64_t relay_seq;   /* to be announced once it is durable up to here; 0: nothing */
    bool announce_due;    /* in node->relay.due */
    size_t evidence_at;   /* where its writer stands in the evidence of the own log it cited last */
    bool unjustified; /* was told by its name, but nobody yet says that its writer belongs here: wait for the roster */
    uint64_t payloads_missing; /* entries stored without theirs (gaps.h) */
    struct evidence *evidence; /* own: which devices are known to have it durably, up to where */
    size_t evidence_count, evidence_capacity;
    bool is_tip; /* in group->tips */
    struct log *tip_before, *tip_after;
};

struct evidence {
    struct sign_public device;
    uint64_t seq;
    uint64_t stored_seq; /* what its row on disk says */
};

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

/* A REMOVE of this device, and of which instance, that is not here. */
struct parting {
    uint64_t instance;
    struct hash removal;
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
    bool sealing_known; /* the next three are (sealing.h) */
    bool has_sealing;
    bool key_reaches_all;            /* every member was given the key to seal with */
    struct governance_epoch sealing; /* the one to seal with, whose key is held */
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

/* A device that this person has verified (verify.h). */
struct verified {
    struct sign_public device;
    struct person_id person;
    struct buffer name; /* what it was called then */
};

/* What a device calls itself (labels.h). */
struct label {
    struct sign_public device;
    uint64_t hlc;
    struct buffer name;
};

struct person_name {
    struct person_id person;
    uint64_t hlc;
    struct buffer name;
};

/* ---------------------------------------------------------------- the others */

struct peer {
    struct address address;
    bool by_hand;
    bool has_device;
    bool for_join;     /* dialled with a code */
    bool refused;      /* for_join: did not know the code */
    unsigned hang_ups; /* for_join: how often it closed during the handshake */
    bool proven;       /* a link to this address has stood */
    size_t key;        /* index: which of the workspace's keys is tried next (workspace_keys.h) */
    struct sign_public device;
    struct link *link;
    uint64_t dial;    /* in flight; 0: none */
    uint64_t next_ms; /* monotonic */
    uint64_t backoff_ms;
    uint64_t used_ms; /* for forgetting the oldest */
};

struct sighting {
    struct hash instance; /* of its name */
    struct address address;
    struct beacon beacon;
};

struct invite {
    uint8_t id[8];
    enum invite_kind kind;
    struct person_id person; /* INVITE_AGAIN: whose */
    struct secret_key psk;
    uint64_t role;
    uint64_t expires_ms; /* wall clock */
    bool used;
    struct sign_public used_by;
};

/* Into a group, by one of its admins (invitations.h). */
struct invitation {
    struct hash group;
    struct sign_public root;
    uint64_t instance;
    bool is_private;
    struct sign_public inviter;
    uint64_t hlc;         /* when he did */
    struct buffer admins; /* sign_public each: to whom to answer, */
    struct buffer others; /* and who else has invited into it */
    struct buffer name;
    enum invitation_state state;
    bool wanted;           /* is accepted without a question */
    uint64_t consented_ms; /* monotonic: when that was told last; 0: not in this process */
};
/* Somebody's answer to one, for an admin of the group (invitees.h). */
struct consent {
    struct group *group;
    struct membership member; /* of a refusal only the device */
    bool declines;
    uint64_t since_ms; /* monotonic */
};

/* A letter to this device whose author is not known here yet, or that came just now (letters.h). */
struct waiting_letter {
    struct log_name author;
    uint64_t hlc;
    struct hash entry;
    struct buffer payload;
};

/* A PARTING whose author is no admin of the group by what is known yet (parting.h). */
struct early_parting {
    struct hash group;
    struct sign_public author;
    struct parting parting;
};

/* This device was removed, as a BYE has proved (dismissal.h). */
struct dismissal {
    uint64_t instance; /* 0: it was not */
    struct sign_public by;
    uint64_t time_ms;
    struct hash removal; /* the REMOVE */
};

struct join {
    bool active;
    bool links;          /* as a further device of somebody */
    struct buffer chats; /* links: those that were offered */
    bool welcomed;       /* a member by now; answered when the key to read and write has come too */
    uint64_t command;
    struct secret_key psk;
    uint64_t started_ms, deadline_ms; /* monotonic */
};

/* What people say right after a start (gate.h). */
struct waiting {
    struct command command; /* its bytes in text */
    uint64_t until_ms;      /* monotonic: a root's, until it goes on without what others may have */
    struct buffer text;
};
/* Messages that wait for a key (held.h). */
struct held_message {
    uint64_t number; /* of its row; they go out in this order */
    uint32_t group;
    struct buffer plain; /* the row */
};
struct held {
    struct held_message *messages;
    size_t count, capacity, bytes;
    uint64_t last_number;
};

struct gate {
    uint64_t until_ms;
    struct waiting *waiting;
    size_t count, capacity, bytes;
};

struct identity {
    bool exists;
    struct sign_public device;
    struct sign_secret secret;
    struct dh_public box;
    struct dh_secret box_secret;
    struct buffer name;
};

/* How thick live entries come (unproven.h). */
struct crowd {
    uint64_t since_ms;     /* of the window that is counted, monotonic */
    size_t links, entries; /* in it */
    bool thick;            /* the window before was */
    uint64_t until_ms;     /* when what waits is checked; 0: nothing waits */
};

struct node {
    const struct storage *storage;
    struct secret_key store_key;
    uint8_t home[8];
    uint16_t listen_port;

    /* of the event at hand */
    const struct event *event;
    struct effects *effects;
    struct random random;
    uint64_t now_ms, mono_ms;
    bool deaf;        /* links are not read */
    uint64_t deaf_ms; /* when they last were not: whatever was sent before may still wait to be read */
    uint64_t free_disk;
    uint64_t quota;          /* bytes of content of the groups that it carries */
    enum room room;          /* as it was told last, */
    uint64_t room_ms;        /* then (monotonic); 0: never */
    enum error write_failed; /* why the last write failed; OK: it did not */
    enum error disk_state;
    enum error unreadable; /* not OK: what is on disk could not be loaded, and nothing is in here */
    bool locked;           /* store_key is not here; so unreadable is ERR_LOCKED */
    uint64_t unlock;       /* the command that brought it, until what was submitted before is settled; 0: none */

    struct identity identity;
    struct dh_public link_key;
    struct dh_secret link_secret;
    uint8_t beacon_salt[8];

    struct group *workspace;               /* NULL: none */
    struct workspace_keys *workspace_keys; /* told by its EPOCHs; NULL: none was */
    struct group **groups;                 /* by number; the workspace is one of them */
    size_t group_count, group_capacity;
    struct table groups_by_id;
    struct log **logs;
    size_t log_count, log_capacity;
    struct table logs_by_id;
    struct log **numbered; /* by row.number; NULL where there is none */
    size_t numbered_count;
    uint32_t last_log_number;
    struct log **dirty_logs;
    size_t dirty_log_count, dirty_log_capacity;
    uint64_t own_hlc; /* of this device's last entry; of those loaded the largest that can be believed */
    uint64_t entry_count;
    bool restored;   /* the database is an older copy: its own logs are closed */
    unsigned doubts; /* how many own logs were doubted */

    struct verified *verified;
    size_t verified_count, verified_capacity;
    struct label *labels;
    size_t label_count, label_capacity;
    struct person_name *names;
    size_t name_count, name_capacity;

    struct invitation *invitations;
    size_t invitation_count, invitation_capacity;
    bool invitations_due; /* some are to be accepted */
    struct consent *consents;
    size_t consent_count, consent_capacity;
    bool consents_due; /* somebody may be admitted now */
    struct leaving *leavings;
    size_t leaving_count, leaving_capacity;
    bool leaving_due; /* some are still to be carried out */
    struct waiting_letter *letters;
    size_t letter_count, letter_capacity;
    bool letters_due; /* some may be opened now */
    struct early_parting *partings;
    size_t parting_count, parting_capacity;
    size_t note_tries; /* left in this step (notes.h) */
    bool notes_wait;   /* some were not tried */

    struct batch *batch;    /* of this step; NULL: nothing to persist yet */
    struct batch **pending; /* submitted, in order */
    size_t pending_count, pending_capacity;
    uint64_t last_batch;
    size_t pending_payloads; /* pending batches that bring payloads of stored entries */
    uint64_t doomed_batch;   /* batches up to this one failed with an earlier one; 0: none */
    struct table clients;    /* client ids of pending messages → struct message_ref, owned */

    struct crowd crowd;
    struct link **links;
    size_t link_count, link_capacity;
    struct link **dirty_links;
    size_t dirty_link_count, dirty_link_capacity;
    struct { /* own entries of this step, for the live push */
        struct log *log;
        uint64_t seq;
        size_t at; /* index in batch->entries */
    } * fresh;
    size_t fresh_count, fresh_capacity;
    struct buffer scratch;         /* plaintext of the frame at hand */
    struct buffer message_scratch; /* node_query: the message at hand */
    struct pasts *pasts;           /* past.h; NULL: nothing is remembered */

    struct peer **peers;
    size_t peer_count, peer_capacity;
    uint64_t last_dial;
    size_t lost_dials;  /* on their way when the peers were forgotten: still counted, */
    uint64_t lost_upto; /* and up to this one */
    struct sighting *sightings;
    size_t sighting_count, sighting_capacity;
    struct invite invites[INVITES_MAX];
    size_t invite_count;
    struct join join;
    struct dismissal dismissal;
    struct gate gate;
    struct held held;
    uint64_t receipts_ms; /* when new evidence is stored; 0: there is none */

    struct charters *charters; /* charters.h; NULL: there are none */
    struct office *office;     /* presence.h, neighbours.h */
    struct relay *relay;       /* relay.h */
    struct missing missing;    /* payloads */

    uint64_t wake_ms;    /* earliest moment anyone asked for */
    uint64_t digest_ms;  /* next digest to some peers */
    uint64_t custody_ms; /* when the ages of keys are looked at next */
};

/* ---------------------------------------------------------------- small helpers (state.c) */

/* Makes room for one more element in a counted array. */
#define ARRAY_ROOM(array, count, capacity)                                                                             \
    ((count) < (capacity) ? (void)0                                                                                    \
                          : (void)((capacity) = (capacity) ? (capacity)*2 : 8,                                         \
                                   (array) = alloc_grow((array), (capacity), sizeof *(array))))

struct effect *node_effect(struct node *node, enum effect_type type);
struct batch *node_batch(struct node *node);  /* this step's, made when first asked for */
uint64_t node_after(const struct node *node); /* what an acknowledgement made now has to wait for */
void node_wake_at(struct node *node, uint64_t mono_ms);
void node_log(struct node *node, enum error err, const char *text);
void node_notify(struct node *node, enum notice_type type, const struct log *log, uint64_t seq,
                 const struct sign_public *device, uint64_t after);
void node_reply(struct node *node, uint64_t command, enum error err, uint64_t after);
bool node_is_me(const struct node *node, const struct sign_public *device);
/* For how long nothing has come that was awaited since `since_ms`, while links were read. */
uint64_t node_waited_ms(const struct node *node, uint64_t since_ms);

static inline bool same_key(const struct sign_public *a, const struct sign_public *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}
static inline bool same_hash(const struct hash *a, const struct hash *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}
static inline struct bytes hash_bytes(const struct hash *hash)
{
    return (struct bytes){hash->bytes, sizeof hash->bytes};
}
static inline struct bytes text_bytes(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}
