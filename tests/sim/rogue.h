/* SPDX-License-Identifier: MIT
 * Mallory: a member who runs no node, and writes and says what she likes. */
#pragma once
#include "check.h"
#include "core/payload.h"
#include "story.h"
#include "stranger.h"

/* One log of mallory's, written by hand. */
struct forged_log {
    struct log_name name;
    struct hash id, head;
    uint64_t seq;
    uint32_t number; /* on the wire */
};

struct rogue {
    struct world world;
    struct stranger mallory;
    struct hash group;
    struct secret_key key;
};

static inline void begin_with_mallory(struct rogue *rogue, uint64_t seed)
{
    struct code code;
    begin_story(&rogue->world, seed, "alice", GUESTS("bob"));
    stranger_init(&rogue->mallory, &rogue->world, "mallory");
    CHECK_OK(world_invite(&rogue->world, "alice", &code));
    CHECK_OK(stranger_join(&rogue->mallory, "alice", &code));
    rogue->group = stranger_steal_group(world_host(&rogue->world, "alice"));
    rogue->key = stranger_steal_key(world_host(&rogue->world, "alice"));
    world_settle(&rogue->world);
}

static inline void meet(struct rogue *rogue, const char *whom)
{
    CHECK_OK(stranger_greet(&rogue->mallory, whom, &rogue->key));
    stranger_hello(&rogue->mallory);
}

static inline void end_with_mallory(struct rogue *rogue)
{
    CHECK_OK(world_say(&rogue->world, "alice", "we go on"));
    CHECK_OK(world_say(&rogue->world, "bob", "yes"));
    world_settle(&rogue->world);
    CHECK_HOLDS(&rogue->world);
    assert_int_equal(world_text_count(&rogue->world, "bob", "we go on"), 1);
    assert_int_equal(world_text_count(&rogue->world, "alice", "yes"), 1);
    stranger_done(&rogue->mallory);
    end_story(&rogue->world);
}

static inline struct forged_log open_log(struct rogue *rogue, enum log_kind kind)
{
    struct forged_log log = {.name = {.group = rogue->group, .device = rogue->mallory.device, .instance = 1}};
    log.name.kind = kind;
    random_bytes(&rogue->world.random, log.name.sub.bytes, sizeof log.name.sub.bytes);
    log_name_id(&log.name, &log.id);
    log.number = 1 + kind;
    return log;
}

/* The next entry of the log, signed by mallory.  The log moves on. */
static inline void write_entry(struct rogue *rogue, struct forged_log *log, enum entry_type type, struct bytes payload,
                               uint64_t hlc, struct buffer *wire)
{
    struct entry entry = {.version = ENTRY_VERSION,
                          .type = type,
                          .log = log->id,
                          .seq = ++log->seq,
                          .previous = log->head,
                          .hlc = hlc,
                          .payload = payload};
    CHECK_OK(entry_encode(&entry, &rogue->mallory.secret, wire, &log->head));
    check_written(rogue->mallory.host, &rogue->mallory.device, buffer_bytes(wire));
}

static inline void tell_log(struct rogue *rogue, const struct forged_log *log)
{
    struct wire_message message = {.type = WIRE_LOG, .log = {.number = log->number, .name = log->name}};
    stranger_say(&rogue->mallory, &message);
}

static inline void send_entry(struct rogue *rogue, const struct forged_log *log, struct bytes wire)
{
    struct buffer items = {0};
    struct wire_message message = {.type = WIRE_ENTRIES};
    buffer_append_u16(&items, (uint16_t)wire.size);
    buffer_append(&items, wire);
    message.entries.number = log->number;
    message.entries.flags = ENTRIES_FLAG_LAST | ENTRIES_FLAG_LIVE;
    message.entries.items = buffer_bytes(&items);
    stranger_say(&rogue->mallory, &message);
    buffer_done(&items);
    world_run(&rogue->world, 500);
}

static inline uint64_t now_hlc(struct rogue *rogue)
{
    return hlc_make(host_now_ms(world_host(&rogue->world, "alice")), 0);
}
