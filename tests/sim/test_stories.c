/* SPDX-License-Identifier: MIT
 * What people do together, told with the real core. */
#include "story.h"

static void two_meet_and_chat(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob"));
    CHECK_OK(world_say(&world, "alice", "merhaba"));
    world_run(&world, 1000);
    CHECK_OK(world_say(&world, "bob", "selam"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "alice"), "alice: merhaba\nbob: selam\n");
    assert_string_equal(world_texts(&world, "bob"), "alice: merhaba\nbob: selam\n");
    end_story(&world);
}

static uint64_t fingerprint_of_a_day(uint64_t seed)
{
    struct world world;
    begin_story(&world, seed, "alice", GUESTS("bob", "carol"));
    world_say(&world, "carol", "good morning");
    world_restart(&world, "bob");
    world_settle(&world);
    uint64_t fingerprint = world.fingerprint;
    end_story(&world);
    return fingerprint;
}

static void the_same_seed_is_the_same_run(void **state)
{
    (void)state;
    assert_int_equal(fingerprint_of_a_day(7), fingerprint_of_a_day(7));
    assert_int_not_equal(fingerprint_of_a_day(7), fingerprint_of_a_day(8));
}

static void three_join_by_codes_and_read_the_same_order(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob", "carol"));
    for (int i = 0; i < 5; i++) { /* all at once: nobody has heard the others */
        world_post(&world, "alice", "a");
        world_post(&world, "bob", "b");
        world_post(&world, "carol", "c");
        world_run(&world, 3);
    }
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_text_count(&world, "carol", "\n"), 15);
    char *first = strdup(world_texts(&world, "alice"));
    assert_string_equal(world_texts(&world, "bob"), first);
    assert_string_equal(world_texts(&world, "carol"), first);
    free(first);
    end_story(&world);
}

/* ---------------------------------------------------------------- apart and together */

static void what_is_said_in_a_partition_arrives_once_after_it(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 3, "alice", GUESTS("bob"));
    world_cut(&world, "alice", "bob");
    CHECK_OK(world_say(&world, "alice", "are you there?"));
    world_run(&world, 60000);
    CHECK_OK(world_say(&world, "bob", "hello?"));
    assert_string_equal(world_texts(&world, "bob"), "bob: hello?\n");
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "bob"), "alice: are you there?\nbob: hello?\n");
    assert_string_equal(world_texts(&world, "alice"), "alice: are you there?\nbob: hello?\n");
    end_story(&world);
}

static void the_one_between_passes_on_what_the_others_say(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 4, "bob", GUESTS("alice", "carol"));
    world_cut(&world, "alice", "carol");
    world_run(&world, 20000);
    assert_int_equal(world_links(&world, "alice", "carol"), 0);
    CHECK_OK(world_say(&world, "alice", "one"));
    CHECK_OK(world_say(&world, "carol", "two"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "carol"), "alice: one\ncarol: two\n");
    assert_int_equal(world_links(&world, "alice", "carol"), 0);
    end_story(&world);
}

static void one_link_stands_between_two(void **state)
{
    struct world world;
    (void)state;
    for (uint64_t seed = 10; seed < 20; seed++) {
        begin_story(&world, seed, "alice", GUESTS("bob", "carol", "dave"));
        world_restart(&world, "alice");
        world_restart(&world, "bob");
        world_run(&world, 30000);
        assert_int_equal(world_links(&world, "alice", "bob"), 1);
        assert_int_equal(world_links(&world, "alice", "carol"), 1);
        assert_int_equal(world_links(&world, "bob", "carol"), 1);
        assert_int_equal(world_links(&world, "bob", "dave"), 1);
        end_story(&world);
    }
}

static void a_link_that_fell_silent_is_replaced(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 5, "alice", GUESTS("bob"));
    world_cut(&world, "alice", "bob");
    world_run(&world, 3500);
    world_heal(&world);
    world_run(&world, 1000);
    world_cut(&world, "alice", "bob");
    world_run(&world, 8000);
    assert_int_equal(world_links(&world, "alice", "bob"), 0);
    world_heal(&world);
    world_run(&world, 6000);
    assert_int_equal(world_links(&world, "alice", "bob"), 1);
    CHECK_OK(world_say(&world, "alice", "back"));
    world_run(&world, 1000);
    assert_string_equal(world_texts(&world, "bob"), "alice: back\n");
    end_story(&world);
}

static void a_link_stands_for_hours_and_changes_its_keys(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 30, "alice", GUESTS("bob"));
    world_run(&world, 60000);
    size_t cables = world.cable_count;
    for (int i = 0; i < 4; i++) {
        world_run(&world, 3600000);
        CHECK_OK(world_say(&world, i % 2 ? "alice" : "bob", "another hour"));
    }
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world.cable_count, cables);
    assert_int_equal(world_text_count(&world, "bob", "another hour"), 4);
    end_story(&world);
}

static void a_crashed_computer_has_all_that_was_acknowledged(void **state)
{
    struct world world;
    const char *names[] = {"alice", "bob", "carol"};
    (void)state;
    for (uint64_t seed = 100; seed < 120; seed++) {
        begin_story(&world, seed, "alice", GUESTS("bob", "carol"));
        for (int i = 0; i < 60; i++) {
            char text[32];
            const char *name = names[world_below(&world, 3)];
            snprintf(text, sizeof text, "message %d", i);
            if (world_host(&world, name)->running)
                world_post(&world, name, text);
            world_run(&world, world_below(&world, 30));
            if (!world_below(&world, 10))
                world_crash(&world, names[world_below(&world, 3)], world_below(&world, 2));
            if (!world_below(&world, 5))
                world_restart(&world, names[world_below(&world, 3)]);
        }
        for (int i = 0; i < 3; i++)
            world_restart(&world, names[i]);
        world_settle(&world);
        CHECK_HOLDS(&world);
        end_story(&world);
    }
}

static void clocks_twenty_minutes_apart_do_not_part_the_order(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 6, "alice", GUESTS("bob", "carol"));
    world_host(&world, "bob")->clock_ms = 600000;
    world_host(&world, "carol")->clock_ms = -600000;
    CHECK_OK(world_say(&world, "bob", "question"));
    world_run(&world, 2000);
    CHECK_OK(world_say(&world, "carol", "answer"));
    world_run(&world, 2000);
    CHECK_OK(world_say(&world, "alice", "remark"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "alice"), "bob: question\ncarol: answer\nalice: remark\n");
    end_story(&world);
}

static bool collect_text(void *arg, const struct message *message)
{
    if (message->state == MESSAGE_READABLE) {
        buffer_append(arg, message->text);
        buffer_append_byte(arg, ' ');
    }
    return true;
}

static void check_listed(struct world *world, const struct message_query *query, const char *expected)
{
    struct buffer texts = {0};
    CHECK_OK(node_messages(world_host(world, "alice")->node, query, collect_text, &texts));
    buffer_append_byte(&texts, 0);
    assert_string_equal((const char *)texts.data, expected);
    buffer_done(&texts);
}

static void one_clock_in_another_century_hides_nothing(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 22, "alice", GUESTS("bob", "carol"));
    CHECK_OK(world_say(&world, "alice", "one"));
    world_run(&world, 60000);
    world_host(&world, "bob")->clock_ms = INT64_C(100) * 365 * 86400 * 1000;
    CHECK_OK(world_say(&world, "bob", "future"));
    world_host(&world, "bob")->clock_ms = 0;
    world_settle(&world);
    uint64_t noon_ms = host_now_ms(world_host(&world, "alice"));
    world_run(&world, 60000);
    CHECK_OK(world_say(&world, "carol", "two"));
    world_run(&world, 60000);
    uint64_t evening_ms = host_now_ms(world_host(&world, "alice"));
    world_run(&world, 60000);
    CHECK_OK(world_say(&world, "bob", "three"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    check_listed(&world, &(struct message_query){.group = 1}, "one future two three ");
    check_listed(&world, &(struct message_query){.group = 1, .backward = true}, "three two future one ");
    check_listed(&world, &(struct message_query){.group = 1, .until_ms = evening_ms}, "one two ");
    check_listed(&world, &(struct message_query){.group = 1, .until_ms = evening_ms, .backward = true}, "two one ");
    check_listed(&world, &(struct message_query){.group = 1, .since_ms = noon_ms}, "future two three ");
    check_listed(&world, &(struct message_query){.group = 1, .since_ms = noon_ms, .backward = true},
                 "three two future ");
    end_story(&world);
}

/* ---------------------------------------------------------------- what is shown */

static void a_receipt_counts_those_who_have_it(void **state)
{
    struct world world;
    struct message_ref message;
    struct receipt receipt;
    (void)state;
    begin_story(&world, 8, "alice", GUESTS("bob", "carol"));
    world_crash(&world, "carol", false);
    world_run(&world, 10000);
    CHECK_OK(world_say_more(&world, "alice", &(struct saying){.text = "hi"}, &message));
    world_run(&world, 2000);
    CHECK_OK(node_receipt(world_host(&world, "alice")->node, &message, &receipt));
    assert_int_equal(receipt.persons, 2);
    assert_int_equal(receipt.with, 1);
    world_restart(&world, "carol");
    world_run(&world, 8000);
    CHECK_OK(node_receipt(world_host(&world, "alice")->node, &message, &receipt));
    assert_int_equal(receipt.with, 2);
    world_restart(&world, "alice"); /* what it knew of the others, it learns again */
    world_run(&world, 8000);
    CHECK_OK(node_receipt(world_host(&world, "alice")->node, &message, &receipt));
    assert_int_equal(receipt.with, 2);
    end_story(&world);
}

static void the_same_client_id_is_the_same_message(void **state)
{
    struct world world;
    struct message_ref first, again;
    struct saying saying = {.text = "once", .client_id = "7"};
    (void)state;
    begin_story(&world, 9, "alice", GUESTS("bob"));
    CHECK_OK(world_say_more(&world, "alice", &saying, &first));
    CHECK_OK(world_say_more(&world, "alice", &saying, &again));
    assert_memory_equal(&first, &again, sizeof first);
    world_restart(&world, "alice");
    CHECK_OK(world_say_more(&world, "alice", &saying, &again));
    assert_memory_equal(&first, &again, sizeof first);
    world_settle(&world);
    assert_string_equal(world_texts(&world, "bob"), "alice: once\n");
    end_story(&world);
}

static bool look_at_last(void *arg, const struct message *message)
{
    struct buffer *topic = arg;
    buffer_append(topic, message->topic);
    buffer_append_u64(topic, message->reply_to.seq);
    return false;
}

static void an_answer_stays_in_the_topic(void **state)
{
    struct world world;
    struct message_ref question, answer, ignored;
    struct buffer seen = {0}, expected = {0};
    (void)state;
    begin_story(&world, 21, "alice", GUESTS("bob"));
    CHECK_OK(world_say_more(&world, "alice", &(struct saying){.text = "who?", .topic = "Party"}, &question));
    world_settle(&world);
    CHECK_OK(world_say_more(&world, "bob", &(struct saying){.text = "me", .reply_to = question}, &answer));
    world_settle(&world);
    struct message_query query = {.group = 1, .backward = true};
    CHECK_OK(node_messages(world_host(&world, "alice")->node, &query, look_at_last, &seen));
    buffer_append(&expected, BYTES_TEXT("Party"));
    buffer_append_u64(&expected, question.seq);
    assert_true(bytes_equal(buffer_bytes(&seen), buffer_bytes(&expected)));
    question.seq = 999;
    CHECK_ERROR(world_say_more(&world, "bob", &(struct saying){.text = "what?", .reply_to = question}, &ignored),
                ERR_NOT_FOUND);
    buffer_done(&seen);
    buffer_done(&expected);
    end_story(&world);
}

/* With an argument: only the tests whose names fit it (cmocka's patterns). */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_meet_and_chat),
        cmocka_unit_test(the_same_seed_is_the_same_run),
        cmocka_unit_test(three_join_by_codes_and_read_the_same_order),
        cmocka_unit_test(what_is_said_in_a_partition_arrives_once_after_it),
        cmocka_unit_test(the_one_between_passes_on_what_the_others_say),
        cmocka_unit_test(one_link_stands_between_two),
        cmocka_unit_test(a_link_that_fell_silent_is_replaced),
        cmocka_unit_test(a_link_stands_for_hours_and_changes_its_keys),
        cmocka_unit_test(a_crashed_computer_has_all_that_was_acknowledged),
        cmocka_unit_test(clocks_twenty_minutes_apart_do_not_part_the_order),
        cmocka_unit_test(one_clock_in_another_century_hides_nothing),
        cmocka_unit_test(a_receipt_counts_those_who_have_it),
        cmocka_unit_test(the_same_client_id_is_the_same_message),
        cmocka_unit_test(an_answer_stays_in_the_topic),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
