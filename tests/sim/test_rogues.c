/* SPDX-License-Identifier: MIT
 * A member who keeps to the protocol's letters and to nothing else: what he writes harms no one's state. */
#include "copies.h"
#include "core/log/logs.h"
#include "rogue.h"

static size_t members_at(struct rogue *rogue, const char *name)
{
    struct node_person person;
    size_t count = 0;
    while (node_person_at(world_host(&rogue->world, name)->node, 1, count, &person))
        count++;
    return count;
}

static size_t entries_of(struct rogue *rogue, const char *name)
{
    return medium_entry_count(world_host(&rogue->world, name)->disk);
}

/* ---------------------------------------------------------------- content */

static void content_that_nobody_can_open_is_kept_and_harms_nothing(void **state)
{
    struct rogue rogue = {0};
    struct buffer wire = {0};
    (void)state;
    begin_with_mallory(&rogue, 1);
    meet(&rogue, "bob");
    struct forged_log log = open_log(&rogue, KIND_CONTENT);
    tell_log(&rogue, &log);
    for (int type = ENTRY_MESSAGE; type < ENTRY_LABEL + 3; type++) {
        wire.size = 0;
        write_entry(&rogue, &log, (enum entry_type)type, BYTES_TEXT("not sealed at all"), now_hlc(&rogue), &wire);
        send_entry(&rogue, &log, buffer_bytes(&wire));
    }
    assert_false(stranger_was_left(&rogue.mallory));
    world_settle(&rogue.world);
    CHECK_HOLDS(&rogue.world);
    assert_int_equal(world_text_count(&rogue.world, "alice", "(cannot be read)"), 3); /* what is for nodes is none */
    buffer_done(&wire);
    end_with_mallory(&rogue);
}

static void a_time_at_the_end_of_all_times_drags_nobody_along(void **state)
{
    struct rogue rogue = {0};
    struct buffer wire = {0};
    struct message_ref message;
    (void)state;
    begin_with_mallory(&rogue, 2);
    meet(&rogue, "bob");
    struct forged_log log = open_log(&rogue, KIND_CONTENT);
    tell_log(&rogue, &log);
    write_entry(&rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("x"), UINT64_MAX, &wire);
    send_entry(&rogue, &log, buffer_bytes(&wire));
    world_settle(&rogue.world);
    CHECK_OK(world_say_more(&rogue.world, "bob", &(struct saying){.text = "what?"}, &message));
    struct message seen;
    uint32_t number;
    struct buffer id = {0};
    node_message_id(world_host(&rogue.world, "bob")->node, &message, true, &id);
    CHECK_OK(node_message_find(world_host(&rogue.world, "bob")->node, buffer_bytes(&id), &message, &number));
    CHECK_OK(node_message(world_host(&rogue.world, "bob")->node, number, message.seq, &seen));
    assert_in_range(seen.time_ms, host_now_ms(world_host(&rogue.world, "bob")) - 60000,
                    host_now_ms(world_host(&rogue.world, "bob")));
    buffer_done(&wire);
    buffer_done(&id);
    end_with_mallory(&rogue);
}

static void two_truths_for_two_people_part_only_that_log(void **state)
{
    struct rogue rogue = {0};
    struct buffer wire = {0};
    (void)state;
    begin_with_mallory(&rogue, 3);
    rogue.world.forks_allowed = true;
    struct forged_log log = open_log(&rogue, KIND_CONTENT), other = log;
    meet(&rogue, "bob");
    tell_log(&rogue, &log);
    write_entry(&rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("for bob"), now_hlc(&rogue), &wire);
    world_cut(&rogue.world, "alice", "bob");
    send_entry(&rogue, &log, buffer_bytes(&wire));
    meet(&rogue, "alice");
    wire.size = 0;
    tell_log(&rogue, &other);
    write_entry(&rogue, &other, ENTRY_MESSAGE, BYTES_TEXT("for alice"), now_hlc(&rogue), &wire);
    send_entry(&rogue, &other, buffer_bytes(&wire));
    world_heal(&rogue.world);
    world_run(&rogue.world, 20000);
    CHECK_OK(world_say(&rogue.world, "alice", "we go on"));
    CHECK_OK(world_say(&rogue.world, "bob", "yes"));
    world_run(&rogue.world, 3000);
    CHECK_HOLDS(&rogue.world);
    assert_int_equal(world_text_count(&rogue.world, "bob", "we go on"), 1);
    assert_int_equal(world_text_count(&rogue.world, "alice", "yes"), 1);
    buffer_done(&wire);
    stranger_done(&rogue.mallory);
    world_done(&rogue.world);
}

/* ---------------------------------------------------------------- governance */

static void one_who_is_no_admin_lets_nobody_in(void **state)
{
    struct rogue rogue = {0};
    struct buffer wire = {0}, payload = {0};
    struct sign_secret eve_secret;
    struct add add = {.member = {.instance = 1, .role = ROLE_MEMBER}};
    uint8_t seed[32] = {9};
    (void)state;
    begin_with_mallory(&rogue, 4);
    size_t before = members_at(&rogue, "bob");
    crypto_sign_keypair_from(seed, &add.member.device, &eve_secret);
    membership_sign(&rogue.group, &add.member, &eve_secret);
    add_encode(&add, &payload);
    meet(&rogue, "bob");
    struct forged_log log = open_log(&rogue, KIND_GOVERNANCE);
    tell_log(&rogue, &log);
    write_entry(&rogue, &log, ENTRY_ADD, buffer_bytes(&payload), now_hlc(&rogue), &wire);
    send_entry(&rogue, &log, buffer_bytes(&wire));
    wire.size = 0;
    write_entry(&rogue, &log, ENTRY_POLICY, BYTES_TEXT("anything"), now_hlc(&rogue), &wire);
    send_entry(&rogue, &log, buffer_bytes(&wire));
    wire.size = 0;
    write_entry(&rogue, &log, ENTRY_EPOCH, BYTES_TEXT("nothing"), now_hlc(&rogue), &wire);
    send_entry(&rogue, &log, buffer_bytes(&wire));
    world_settle(&rogue.world);
    CHECK_HOLDS(&rogue.world);
    assert_int_equal(members_at(&rogue, "bob"), before);
    assert_int_equal(members_at(&rogue, "alice"), before);
    buffer_done(&wire);
    buffer_done(&payload);
    end_with_mallory(&rogue);
}

#define DECREES 1300
#define DECREES_TAKEN 1000

/* Of nobody's interest, but any of them might count one day. */
static void send_decrees(struct rogue *rogue, struct forged_log *log, int count)
{
    struct buffer items = {0}, wire = {0};
    for (int i = 0; i < count; i++) {
        wire.size = 0;
        write_entry(rogue, log, i % 2 ? ENTRY_ADD : ENTRY_CLOCK, BYTES_TEXT("because I say so"), now_hlc(rogue), &wire);
        forge_item(buffer_bytes(&wire), &items);
    }
    forge_send(&rogue->mallory, log, buffer_bytes(&items), ENTRIES_FLAG_LAST);
    world_run(&rogue->world, 500);
    buffer_done(&items);
    buffer_done(&wire);
}

static void of_one_who_is_no_admin_only_so_much_governance_is_kept(void **state)
{
    struct rogue rogue = {0};
    (void)state;
    begin_with_mallory(&rogue, 16);
    meet(&rogue, "bob");
    size_t before[] = {entries_of(&rogue, "bob"), entries_of(&rogue, "alice")};
    struct forged_log log = open_log(&rogue, KIND_GOVERNANCE);
    tell_log(&rogue, &log);
    for (int sent = 0; sent < DECREES; sent += 100)
        send_decrees(&rogue, &log, 100);
    world_settle(&rogue.world);
    CHECK_HOLDS(&rogue.world);
    assert_false(stranger_was_left(&rogue.mallory));
    assert_int_equal(entries_of(&rogue, "bob"), before[0] + DECREES_TAKEN);
    assert_int_equal(entries_of(&rogue, "alice"), before[1] + DECREES_TAKEN);
    world_restart(&rogue.world, "bob");
    end_with_mallory(&rogue);
}

/* ---------------------------------------------------------------- against the rules: the link goes, nothing stays */

static void a_bad_signature_closes_the_link_and_stays_nowhere(void **state)
{
    struct rogue rogue = {0};
    struct buffer wire = {0};
    (void)state;
    begin_with_mallory(&rogue, 5);
    meet(&rogue, "bob");
    size_t before = entries_of(&rogue, "bob");
    struct forged_log log = open_log(&rogue, KIND_CONTENT);
    tell_log(&rogue, &log);
    write_entry(&rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("true"), now_hlc(&rogue), &wire);
    send_entry(&rogue, &log, buffer_bytes(&wire));
    wire.size = 0;
    write_entry(&rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("false"), now_hlc(&rogue), &wire);
    wire.data[wire.size - 5 - 1] ^= 1; /* the last byte of the signature */
    send_entry(&rogue, &log, buffer_bytes(&wire));
    assert_true(stranger_was_left(&rogue.mallory));
    assert_int_equal(entries_of(&rogue, "bob"), before + 1);
    buffer_done(&wire);
    end_with_mallory(&rogue);
}

static void somebody_elses_log_cannot_be_written(void **state)
{
    struct rogue rogue = {0};
    struct buffer wire = {0};
    struct message_ref first;
    struct node_info info;
    (void)state;
    begin_with_mallory(&rogue, 6);
    CHECK_OK(world_say_more(&rogue.world, "alice", &(struct saying){.text = "mine"}, &first));
    world_settle(&rogue.world);
    meet(&rogue, "bob");
    node_info(world_host(&rogue.world, "alice")->node, &info);
    size_t before = entries_of(&rogue, "bob");
    struct forged_log log = open_log(&rogue, KIND_CONTENT);
    log.name.device = info.device; /* a new sub of alice's, signed by mallory */
    log_name_id(&log.name, &log.id);
    tell_log(&rogue, &log);
    write_entry(&rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("as if from alice"), now_hlc(&rogue), &wire);
    send_entry(&rogue, &log, buffer_bytes(&wire));
    assert_true(stranger_was_left(&rogue.mallory));
    assert_int_equal(entries_of(&rogue, "bob"), before);
    buffer_done(&wire);
    end_with_mallory(&rogue);
}

static void a_gap_and_a_wrong_kind_are_not_taken(void **state)
{
    struct rogue rogue = {0};
    struct buffer wire = {0};
    (void)state;
    begin_with_mallory(&rogue, 7);
    meet(&rogue, "bob");
    size_t before = entries_of(&rogue, "bob");
    struct forged_log log = open_log(&rogue, KIND_CONTENT);
    tell_log(&rogue, &log);
    log.seq = 7;
    write_entry(&rogue, &log, ENTRY_MESSAGE, BYTES_TEXT("eighth"), now_hlc(&rogue), &wire);
    send_entry(&rogue, &log, buffer_bytes(&wire));
    assert_false(stranger_was_left(&rogue.mallory)); /* perhaps the rest is still coming */
    assert_int_equal(entries_of(&rogue, "bob"), before);
    wire.size = 0;
    log = open_log(&rogue, KIND_CONTENT);
    tell_log(&rogue, &log);
    write_entry(&rogue, &log, ENTRY_EPOCH, BYTES_TEXT("in the wrong log"), now_hlc(&rogue), &wire);
    send_entry(&rogue, &log, buffer_bytes(&wire));
    assert_true(stranger_was_left(&rogue.mallory));
    assert_int_equal(entries_of(&rogue, "bob"), before);
    buffer_done(&wire);
    end_with_mallory(&rogue);
}

static void ten_thousand_promised_logs_leave_room_for_a_true_one(void **state)
{
    struct rogue rogue = {0};
    struct buffer rows = {0};
    struct wire_message have = {.type = WIRE_HAVE};
    (void)state;
    begin_with_mallory(&rogue, 8);
    meet(&rogue, "bob");
    have.have.group = rogue.group;
    have.have.kind = KIND_CONTENT;
    for (int i = 0; i < 10; i++) {
        rows.size = 0;
        for (size_t k = 0; k < WIRE_ROWS_MAX; k++) {
            struct dep row = {.seq = 1};
            random_bytes(&rogue.world.random, row.log.bytes, sizeof row.log.bytes);
            dep_append(&row, &rows);
        }
        have.have.rows = buffer_bytes(&rows);
        stranger_say(&rogue.mallory, &have);
        world_run(&rogue.world, 100);
    }
    world_add(&rogue.world, "carol");
    world_cut(&rogue.world, "bob", "carol");
    CHECK_OK(world_meet(&rogue.world, "alice", "carol"));
    CHECK_OK(world_say(&rogue.world, "carol", "I am new"));
    world_run(&rogue.world, 60000);
    assert_int_equal(world_text_count(&rogue.world, "bob", "I am new"), 1);
    buffer_done(&rows);
    end_with_mallory(&rogue);
}

static void logs_told_in_somebody_elses_name_do_not_silence_her(void **state)
{
    struct rogue rogue = {0};
    struct node_info info;
    (void)state;
    begin_with_mallory(&rogue, 9);
    world_add(&rogue.world, "carol");
    CHECK_OK(world_meet(&rogue.world, "alice", "carol"));
    world_settle(&rogue.world);
    node_info(world_host(&rogue.world, "carol")->node, &info);
    for (int round = 0; round < 3; round++) {
        meet(&rogue, "bob");
        for (uint32_t i = 0; i < 2000; i++) {
            struct forged_log log = open_log(&rogue, KIND_CONTENT);
            log.name.device = info.device;
            log.number = i;
            tell_log(&rogue, &log);
        }
        world_run(&rogue.world, 1000);
    }
    CHECK_OK(world_say(&rogue.world, "carol", "my first words"));
    world_settle(&rogue.world);
    CHECK_HOLDS(&rogue.world);
    assert_int_equal(world_text_count(&rogue.world, "bob", "my first words"), 1);
    end_with_mallory(&rogue);
}

static void false_claims_about_her_log_do_not_use_up_her_subs(void **state)
{
    struct rogue rogue = {0};
    struct message_ref message;
    struct node_group group;
    (void)state;
    begin_with_mallory(&rogue, 12);
    for (int i = 0; i < 80; i++) {
        CHECK_OK(world_say_more(&rogue.world, "alice", &(struct saying){.text = "another"}, &message));
        meet(&rogue, "alice");
        claim(&rogue, KIND_CONTENT, &message.log, message.seq + (uint64_t)(i % 2));
        world_run(&rogue.world, 100);
    }
    world_settle(&rogue.world);
    CHECK_HOLDS(&rogue.world);
    assert_int_equal(world_text_count(&rogue.world, "bob", "another"), 80);
    assert_true(node_group_at(world_host(&rogue.world, "alice")->node, 0, &group));
    assert_in_range(group.subs, 1, 8);
    end_with_mallory(&rogue);
}

/* The log that holds a message of bob's with this text, and the message's id. */
struct found {
    const char *text;
    struct message_ref ref;
    struct hash id;
};
static bool find_text(void *arg, const struct message *message)
{
    struct found *found = arg;
    struct entry entry;
    if (message->state != MESSAGE_READABLE || !bytes_equal(message->text, BYTES_TEXT(found->text)))
        return true;
    found->ref = message->ref;
    CHECK_OK(entry_decode(message->wire, &entry));
    entry_id(&entry, &found->id);
    return false;
}

static void say_where_a_branch_begins(struct rogue *rogue, const char *said_by, const char *text, uint64_t base)
{
    struct message_query query = {.group = 1};
    struct found found = {.text = text};
    struct node *node = world_host(&rogue->world, said_by)->node;
    CHECK_OK(node_messages(node, &query, find_text, &found));
    struct wire_message message = {.type = WIRE_LOG, .log = {.number = 9, .is_branch = true, .base = base}};
    message.log.name = logs_find(node, &found.ref.log)->row.name;
    message.log.first = found.id;
    stranger_say(&rogue->mallory, &message);
}

static void only_bob_can_reach(struct rogue *rogue, const char *name, const char *other)
{
    world_heal(&rogue->world);
    world_isolate(&rogue->world, other);
    world_run(&rogue->world, 9000);
    CHECK_OK(world_say(&rogue->world, "bob", name));
    world_run(&rogue->world, 3000);
}

/* Bob's disk comes back as it was; alice has one history, carol the other, and mallory was with alice first. */
static void nobody_believes_her_where_a_branch_begins(void **state)
{
    (void)state;
    for (uint64_t base = 0; base < 4; base++) {
        struct rogue rogue = {0};
        begin_with_mallory(&rogue, 13);
        rogue.world.forks_allowed = true;
        world_add(&rogue.world, "carol");
        CHECK_OK(world_meet(&rogue.world, "alice", "carol"));
        CHECK_OK(world_say(&rogue.world, "bob", "hello"));
        world_settle(&rogue.world);
        struct medium *backup = medium_copy(world_host(&rogue.world, "bob")->disk);
        only_bob_can_reach(&rogue, "alice", "carol");
        world_crash(&rogue.world, "bob", false);
        world_heal(&rogue.world);
        world_isolate(&rogue.world, "alice");
        world_roll_back(&rogue.world, "bob", backup);
        only_bob_can_reach(&rogue, "carol", "alice");
        world_heal(&rogue.world);
        world_isolate(&rogue.world, "carol");
        world_isolate(&rogue.world, "bob");
        meet(&rogue, "alice");
        say_where_a_branch_begins(&rogue, "carol", "carol", base == 3 ? 1000 : base);
        say_where_a_branch_begins(&rogue, "alice", "alice", base == 3 ? 1000 : base);
        world_heal(&rogue.world);
        world_settle(&rogue.world);
        CHECK_HOLDS(&rogue.world);
        assert_int_equal(world_text_count(&rogue.world, "alice", "bob: carol"), 1);
        assert_int_equal(world_text_count(&rogue.world, "carol", "bob: alice"), 1);
        medium_free(backup);
        end_with_mallory(&rogue);
    }
}

/* ---------------------------------------------------------------- questions */

#define QUESTIONS 1000
#define QUESTION_MS 5

static void ask_by_digest(struct rogue *rogue)
{
    uint8_t row[2 * sizeof(struct hash)];
    memcpy(row, rogue->group.bytes, sizeof rogue->group);
    random_bytes(&rogue->world.random, row + sizeof rogue->group, sizeof(struct hash));
    struct wire_message message = {.type = WIRE_DIGESTS, .digests = BYTES_OF(row)};
    stranger_say(&rogue->mallory, &message);
}

static void ask_by_have(struct rogue *rogue)
{
    struct wire_message message = {.type = WIRE_HAVE, .have = {.group = rogue->group, .kind = KIND_GOVERNANCE}};
    message.have.flags = HAVE_FLAG_LAST | HAVE_FLAG_ASK;
    stranger_say(&rogue->mallory, &message);
}

/* She asks bob all the time; how many HAVE she gets for it. */
static size_t answers(struct rogue *rogue, void (*ask)(struct rogue *rogue))
{
    struct wire_message have;
    size_t count = 0;
    meet(rogue, "bob");
    world_run(&rogue->world, 2000);
    while (stranger_hears(&rogue->mallory, WIRE_HAVE, &have))
        ;
    for (int i = 0; i < QUESTIONS; i++) {
        ask(rogue);
        world_run(&rogue->world, QUESTION_MS);
    }
    while (stranger_hears(&rogue->mallory, WIRE_HAVE, &have))
        count++;
    assert_false(stranger_was_left(&rogue->mallory));
    return count;
}

static void who_asks_all_the_time_is_answered_now_and_then(void **state)
{
    struct rogue rogue = {0};
    (void)state;
    begin_with_mallory(&rogue, 15);
    CHECK_OK(world_say(&rogue.world, "alice", "hello"));
    world_settle(&rogue.world);
    /* two HAVE make an answer: to digests every half second, to questions every quarter */
    assert_in_range(answers(&rogue, ask_by_digest), 2, 2 * (QUESTIONS * QUESTION_MS / 500 + 1));
    assert_in_range(answers(&rogue, ask_by_have), 2, 2 * (QUESTIONS * QUESTION_MS / 250 + 1));
    end_with_mallory(&rogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_that_nobody_can_open_is_kept_and_harms_nothing),
        cmocka_unit_test(a_time_at_the_end_of_all_times_drags_nobody_along),
        cmocka_unit_test(two_truths_for_two_people_part_only_that_log),
        cmocka_unit_test(one_who_is_no_admin_lets_nobody_in),
        cmocka_unit_test(of_one_who_is_no_admin_only_so_much_governance_is_kept),
        cmocka_unit_test(a_bad_signature_closes_the_link_and_stays_nowhere),
        cmocka_unit_test(somebody_elses_log_cannot_be_written),
        cmocka_unit_test(a_gap_and_a_wrong_kind_are_not_taken),
        cmocka_unit_test(logs_told_in_somebody_elses_name_do_not_silence_her),
        cmocka_unit_test(false_claims_about_her_log_do_not_use_up_her_subs),
        cmocka_unit_test(nobody_believes_her_where_a_branch_begins),
        cmocka_unit_test(ten_thousand_promised_logs_leave_room_for_a_true_one),
        cmocka_unit_test(who_asks_all_the_time_is_answered_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
