/* SPDX-License-Identifier: MIT
 * The messages that two nodes exchange inside a link, one CBOR array each, several in a frame.
 * Tables: PROTOCOL.md, "Messages". */
#pragma once
#include "core/base/cbor.h"
#include "core/entry/entry.h"
#include "core/node.h"

enum wire_type {
    WIRE_HELLO = 1,
    WIRE_DIGESTS = 2,
    WIRE_HAVE = 3,
    WIRE_WANT = 4,
    WIRE_LOG = 5,
    WIRE_ENTRIES = 6,
    WIRE_END = 7,
    WIRE_ACK = 8,
    WIRE_PRESENCE = 9,
    WIRE_PING = 10,
    WIRE_BYE = 11,
    WIRE_INVITED = 12,
    WIRE_JOIN = 13,
    WIRE_WELCOME = 14,
    WIRE_REKEY = 15,
    WIRE_STOP = 16,
    WIRE_PROBE = 17,
    WIRE_IDS = 18,
    WIRE_TAIL = 19,
    WIRE_WANTP = 20,
    WIRE_PAYLOADS = 21,
    WIRE_ANNOUNCE = 22,
    WIRE_OFFER = 23,
    WIRE_CONSENT = 24,
    WIRE_PROOF = 25,
    WIRE_ROOM = 26,
};

#define WIRE_PLAIN_MAX (65535u - AEAD_TAG_SIZE) /* of one frame */
#define WIRE_PROOF_MAX 256u
#define WIRE_ROWS_MAX 1000u /* in one DIGESTS, HAVE or WANT */

#define DIGEST_ROW_SIZE (32 + 32)  /* group ‖ digest */
#define HAVE_ROW_SIZE (32 + 8 + 8) /* log ‖ seq ‖ first 8 bytes of that entry's id: a DEP_SIZE record */
#define WANT_ROW_SIZE (32 + 8 + 8) /* log ‖ from ‖ to */
#define PRESENCE_ROW_SIZE (32 + 8 + 1 + 16 + 2 + 64) /* device ‖ incarnation ‖ state ‖ IPv6 ‖ port ‖ proof */
#define WIRE_PRESENCE_ROWS_MAX 500u                  /* in one message */
#define ID_ROW_SIZE (8 + 32)                         /* seq ‖ id */
#define PROBE_MAX 64u                                /* seqs in one PROBE, rows in one IDS */
#define WANTP_MAX 256u                               /* seqs in one WANTP */
#define PAYLOAD_ITEM_HEAD (8 + 2)                    /* seq ‖ u16 size, before each payload */
#define ADDRESS_ROW_SIZE (32 + 16 + 2)               /* device ‖ IPv6 ‖ port */

#define CHAT_ROW_SIZE (32 + 32 + 1) /* group ‖ root key ‖ private */
#define CHAT_ROWS_MAX 500u          /* in one OFFER */

#define HAVE_FLAG_LAST 1u /* of this group and kind */
#define HAVE_FLAG_ASK 2u  /* answer with your own rows */

#define WANT_FLAG_LIVE 1u /* announced just now: before whatever else was asked for */

#define PRESENCE_FLAG_COMPARE 1u /* `hash` is over all that is known here: if yours differs, tell your rows */
#define PRESENCE_FLAG_ANSWER 2u  /* all rows that are known here, since the hashes differed */

#define ENTRIES_FLAG_LAST 1u /* ends a batch */
#define ENTRIES_FLAG_LIVE 2u
#define ENTRIES_FLAG_TO_ALL 4u /* the sender has a link to everyone it knows to be there: nobody need pass it on */

#define PAYLOADS_FLAG_NEWS 1u /* not an answer: some have come that were asked for in vain */

/* Why a wanted range ends. */
enum end {
    END_DONE = 1,
    END_NOT_HERE = 2,
    END_NOT_FOR_YOU = 3,
    END_STOPPED = 4,
};

/* Reasons in BYE, a table in PROTOCOL.md; wire_bye_code() and wire_bye_error() translate. */
enum bye {
    BYE_VERSION = 1,
    BYE_REMOVED = 2,
    BYE_LIMIT = 3,
    BYE_MALFORMED = 4,
    BYE_BAD_SIGNATURE = 5,
    BYE_DUPLICATE_LINK = 6,
    BYE_SHUTTING_DOWN = 7,
    BYE_DISK_FULL = 8,
    BYE_SLOW = 9,
    BYE_CODE_EXPIRED = 10,
    BYE_CODE_USED = 11,
    BYE_NAME_TAKEN = 12,
    BYE_MAY_NOT_ADMIT = 13,
    BYE_NAME_BAD = 14,
    BYE_NOT_NEEDED = 15,
};
enum bye wire_bye_code(enum error err);
enum error wire_bye_error(uint64_t code);

/* One decoded message; views die with the frame. */
struct wire_message {
    enum wire_type type;
    union {
        struct {
            uint8_t home[8];
            uint16_t port;
            struct hash digest; /* over (group, digest) of all groups that both are in */
        } hello;
        struct bytes digests; /* DIGEST_ROW_SIZE */
        uint64_t room;        /* enum room; others as ROOM_DISK */
        struct bytes proof;   /* as in the handshake, where that did not carry it */
        struct {
            struct hash group;
            enum log_kind kind;
            uint64_t flags;
            struct bytes rows;
        } have;
        struct {
            struct hash group;
            uint64_t flags;
            struct bytes rows;
        } want;
        struct {
            uint32_t number; /* the sender's short name for this log on this link */
            struct log_name name;
            bool is_branch; /* of the log of that name: */
            uint64_t base;  /* the last entry before it */
            struct hash first;
        } log;
        struct {
            uint32_t number;
            uint64_t flags;
            struct bytes items; /* (u16 size ‖ entry)* */
        } entries;
        struct {
            struct hash log;
            uint64_t seq;    /* reached */
            uint64_t reason; /* enum end */
        } end;
        struct {
            struct hash log;
        } stop;
        struct {
            uint64_t count;       /* ENTRIES messages of this link handled so far */
            struct bytes refused; /* u64 numbers of those that were not taken */
        } ack;
        struct {
            uint64_t flags;
            uint8_t hash[8];
            struct bytes rows; /* PRESENCE_ROW_SIZE */
        } presence;
        struct {
            struct hash group;
            enum log_kind kind;
            struct bytes rows; /* HAVE_ROW_SIZE */
        } announce;
        struct {
            struct hash log;
            struct bytes seqs; /* u64 */
        } probe;
        struct {
            struct hash log;
            struct bytes rows; /* ID_ROW_SIZE: those of the seqs asked for that are there */
        } ids;
        struct {
            uint64_t code;
            struct bytes proof; /* of BYE_REMOVED (dismissal.h), else empty */
        } bye;
        struct {
            struct hash group;
            struct person_id person;
            uint64_t instance;
        } invited;
        struct {
            struct bytes name;
            struct dh_public box;
            struct signature consent;
        } join;
        struct {
            struct hash group;
            struct sign_public root;
            struct secret_key key;
            struct bytes addresses;
        } welcome;
        struct { /* to a further device of the sender's person */
            struct hash group;
            struct person_id person;
            struct bytes chats; /* CHAT_ROW_SIZE: where it may come in, too */
        } offer;
        struct {
            struct dh_public box;
            struct bytes signatures; /* of a linkage each: for the workspace, then for the chats that were offered */
        } consent;
        struct {
            struct hash group;
            struct bytes items; /* (u32 log number ‖ u16 size ‖ entry)*; none: asks for them */
        } tail;
        struct {
            struct hash log;
            struct bytes seqs; /* u64 */
        } wantp;
        struct {
            struct hash log;
            uint64_t flags;
            struct bytes items; /* (u64 seq ‖ u16 size ‖ payload)* */
        } payloads;
    };
};

/* Reads the next message from `in` (whose rest then follows).  ERR_MALFORMED. */
MUST_USE enum error wire_decode(struct reader *in, struct wire_message *ret);
void wire_encode(const struct wire_message *message, struct buffer *out);
