/* SPDX-License-Identifier: MIT
 * A link, and what each of the files that serve it keeps there.  Part of state.h. */
#pragma once
#include "core/base/table.h"
#include "core/log/missing.h"
#include "core/node.h"
#include "noise.h"
#include "wire.h"

struct group;
struct log;
struct peer;

enum link_state {
    LINK_HANDSHAKE, /* --Noise done--> LINK_PROVING, LINK_GREETING, LINK_INVITING or LINK_JOINING */
    LINK_PROVING,   /* dialled under a key that is old at the other end; --PROOF came--> LINK_GREETING; or by a nameless
                       one: BYE comes */
    LINK_GREETING,  /* HELLO sent; --HELLO came--> LINK_OPEN */
    LINK_OPEN,
    LINK_INVITING, /* a joiner with a code is at the other end */
    LINK_JOINING,  /* an inviter is at the other end */
};

struct serve_range {
    struct log *log;
    uint64_t from, to;
    bool live; /* of announced entries: before the others */
};

/* A log of a peer's that goes another way than ours (probe.h). */
struct detour {
    struct log *log; /* as the peer calls it */
    uint64_t told;   /* the peer's newest entry there */
    uint8_t told_id[8];
    uint64_t common, differs; /* we hold the peer's entry `common` and not its `differs` */
    enum {
        DETOUR_WAITING,
        DETOUR_PROBING,
        DETOUR_FETCHING,
        DETOUR_ENDED, /* it did not bring what it told: not again until something changes */
    } state;
    uint64_t asked_ms, asked_to;
    uint64_t left_ms; /* when it was left as a silent source; 0: never */
    uint64_t family_changes;
};

/* What was compared with the peer of one group (compare.h). */
struct comparison {
    const struct group *group; /* NULL: the digest over all */
    bool differs;              /* the peer's last digest was another than ours */
    struct hash own, peer;     /* when it was last answered, */
    uint64_t answer_ms;        /* and while they stay, not again before that */
    uint64_t wait_ms;
    uint64_t digest_ms, ask_ms; /* before then nothing is answered, whatever comes */
};

/* Where a branch that is not here begins, as a peer has it. */
struct told_base {
    const struct log *log;
    uint64_t base;
};

/* An entry taken from a link, before the signature that covers it was checked. */
struct intake_item {
    struct log *log;
    uint64_t seq;
    size_t at, size; /* in intake->arena */
    bool live;
    bool relay;     /* others may not have it: to be announced */
    bool elsewhere; /* not simply the next of `log`: its place is looked for when it is accepted */
    bool checked;   /* its own signature was verified */
    bool covered;   /* one behind it, in its chain, was */
    size_t before;  /* the item it follows + 1; 0: an accepted entry */
    struct hash id;
};
struct intake {
    bool open; /* a bulk batch whose last message has not come */
    struct buffer arena;
    struct intake_item *items;
    size_t count, capacity;
    size_t told; /* of them, the first: shown before they are checked (unproven.h) */
};

/* One ENTRIES message on its way: what an ACK for it proves. */
struct sent_entries {
    size_t size;
    bool live;
    struct log *log;
    uint64_t last_seq;
};

struct link {
    uint64_t id;
    enum link_state state;
    bool dialled;
    struct address address; /* of the other end */
    struct peer *peer;      /* dialled: whom; else NULL */
    uint64_t up_ms;         /* monotonic */
    uint64_t heard_ms;      /* when the last whole frame came that the peer alone can have sent, */
    uint64_t bytes_ms;      /* and when the last bytes did, whoever sent them: link_heard_ms() */
    uint64_t sent_ms;       /* when anything last left that does not wait for the disk */
    uint64_t sent_after;    /* the newest batch that anything sent waits for */

    struct noise_handshake noise;
    size_t invite;           /* index + 1 of the invite under which an accepted link stands; 0: workspace key */
    bool old_key;            /* the workspace key is one of the older ones here: no stranger may learn who answers */
    bool nameless;           /* who dialled proves nothing: it has only to say that this device was removed */
    bool proves_later;       /* the side that accepted proves itself behind the handshake: */
    uint8_t proved_hash[64]; /* dialled: over this, */
    struct dh_public proving_key; /* with this as its link key */
    struct noise_cipher send, receive, send_life, receive_life;
    uint64_t sent_frames, rekey_ms;
    struct buffer in;  /* a part of a frame */
    uint64_t frame_ms; /* monotonic: since when it is coming */
    struct buffer out; /* plaintext of the next frame */
    uint64_t out_after;
    bool out_dirty; /* in node->dirty_links */

    struct sign_public device; /* proved by the handshake */
    uint8_t home[8];
    enum error farewell; /* the reason in the BYE that came or went */
    bool told_presence;  /* it was told who is there, */
    uint64_t table_ms;   /* and all of it last then */
    uint16_t listen_port;

    uint64_t *peer_seq; /* by log->index: what the peer is known to have */
    size_t peer_seq_count;
    uint64_t *told_seq; /* by log->index: what HAVE told the peer on this link */
    size_t told_seq_count;
    bool compared; /* the first digests have crossed */
    struct comparison *comparisons;
    size_t comparison_count, comparison_capacity;
    bool *log_told; /* by log->index: LOG was sent */
    size_t log_told_count;
    bool *too_new; /* by log->index: the peer's next entry is of a later version: it is not asked for */
    size_t too_new_count;
    struct table log_names; /* the peer's log number (as 32-byte name) → struct log */

    struct intake intake;
    uint64_t entries_received; /* ENTRIES messages */
    struct buffer refused;     /* u64 numbers for the next ACK */
    bool ack_due;
    uint64_t crowd_ms;       /* the window in which it was counted (unproven.h) */
    size_t wants;            /* logs whose source this link is */
    struct buffer want_rows; /* scratch of one schedule */
    struct detour *detours;
    size_t detour_count, detour_capacity;
    struct told_base *told_bases;
    size_t told_base_count, told_base_capacity;
    uint64_t progress_ms; /* when it was asked first, or entries came, or the end of a range */
    bool stalls;          /* owed for long, and sent other things: no source */

    struct serve_range *serve;
    size_t serve_at, serve_count, serve_capacity;
    struct sent_entries *sent; /* ring of unacknowledged ENTRIES messages */
    size_t sent_head, sent_count, sent_capacity;
    uint64_t acked;                     /* messages */
    size_t unacked_bytes, unacked_live; /* of bulk, and of live entries */
    bool behind;                        /* live entries were held back: tell what we have when the window opens */
    enum room room;                     /* as the peer has told, */
    uint64_t room_ms;                   /* and when that made us tell all that we have */
    struct person_id invited_person;
    struct buffer offered; /* chats in the OFFER that it got */
    struct asked_payloads payloads;
    size_t tail_due;         /* items of TAIL that we asked for and that have not come */
    struct table tails_sent; /* groups whose TAIL it got */
};
