/* SPDX-License-Identifier: MIT
 * Mallory: a member who runs no node, and writes and says what she likes. */
#pragma once
#include "check.h"
#include "core/entry/payload.h"
#include "forge.h"
#include "story.h"
#include "stranger.h"

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
    struct forged_log log;
    forge_log(&rogue->mallory, &rogue->group, kind, &log);
    return log;
}

/* The next entry of the log, signed by mallory.  The log moves on. */
static inline void write_entry(struct rogue *rogue, struct forged_log *log, enum entry_type type, struct bytes payload,
                               uint64_t hlc, struct buffer *wire)
{
    struct forgery forgery = {.type = type, .payload = payload, .hlc = hlc};
    forge_entry(&rogue->mallory, log, &forgery, wire);
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
    forge_item(wire, &items);
    forge_send(&rogue->mallory, log, buffer_bytes(&items), ENTRIES_FLAG_LAST | ENTRIES_FLAG_LIVE);
    buffer_done(&items);
    world_run(&rogue->world, 500);
}

/* Says that she has that much of a log of the workspace. */
static inline void claim(struct rogue *rogue, enum log_kind kind, const struct hash *log, uint64_t seq)
{
    const struct dep dep = {.log = *log, .seq = seq};
    struct wire_message have = {.type = WIRE_HAVE, .have = {.group = rogue->group, .kind = kind}};
    have.have.flags = HAVE_FLAG_LAST;
    struct buffer row = {0};
    dep_append(&dep, &row);
    have.have.rows = buffer_bytes(&row);
    stranger_say(&rogue->mallory, &have);
    buffer_done(&row);
}

static inline uint64_t now_hlc(struct rogue *rogue)
{
    return hlc_make(host_now_ms(world_host(&rogue->world, "alice")), 0);
}
