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
#include "core/members/group_state.h"
#include "core/writing/batch.h"
#include "node.h"

struct charters;
struct sealed_notes;
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

    struct charters *charters;         /* charters.h; NULL: there are none */
    struct sealed_notes *sealed_notes; /* sealed_notes.h; NULL: there are none */
    struct office *office;             /* presence.h, neighbours.h */
    struct relay *relay;               /* relay.h */
    struct missing missing;            /* payloads */

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
