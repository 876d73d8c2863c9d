/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/export_jsonl.h"
#include "cli/fields.h"
#include "cli/follow.h"
#include "cli/listing.h"
#include "cli/target.h"
#include "fake_node.h"

static struct context context = {.json = true};

/* Three messages in pages of two; the order is not ready at first. */
static void list_in_pages(FILE *from, FILE *to)
{
    json_t *request;
    int asked = 0;

    while ((request = fake_node_request(from))) {
        const char *cursor = field_text(json_object_get(request, "params"), "cursor");
        json_t *result = *cursor ? json_pack("{s:[{s:s}], s:b}", "messages", "id", "c", "current", 1)
                                 : json_pack("{s:[{s:s},{s:s}], s:s, s:b}", "messages", "id", "a", "id", "b", "cursor",
                                             "after b", "current", asked > 0);
        asked++;
        fake_node_answer(to, request, result);
    }
}

static bool take_id(void *arg, json_t *message)
{
    strcat(arg, field_text(message, "id"));
    return true;
}

static void all_pages_are_walked_through(void **state)
{
    struct fake_node node;
    struct listing listing = {.target = "Office"};
    char ids[16] = "";
    (void)state;

    fake_node_start(&node, list_in_pages);
    assert_int_equal(listing_run(&context, node.client, &listing, take_id, ids), EXIT_DONE);
    assert_string_equal(ids, "abc");
    fake_node_end(&node);
}

static void an_export_waits_until_everything_stands_in_order(void **state)
{
    struct fake_node node;
    struct listing listing = {.target = "Office", .await_order = true};
    char ids[16] = "";
    (void)state;

    fake_node_start(&node, list_in_pages);
    assert_int_equal(listing_run(&context, node.client, &listing, take_id, ids), EXIT_DONE);
    assert_string_equal(ids, "abc");
    fake_node_end(&node);
}

static void no_more_than_asked_for_are_listed(void **state)
{
    struct fake_node node;
    struct listing listing = {.target = "Office", .most = 1};
    char ids[16] = "";
    (void)state;

    fake_node_start(&node, list_in_pages);
    assert_int_equal(listing_run(&context, node.client, &listing, take_id, ids), EXIT_DONE);
    assert_string_equal(ids, "a");
    fake_node_end(&node);
}

/* Says of each target what is meant. */
static void find_groups(FILE *from, FILE *to)
{
    json_t *request;

    while ((request = fake_node_request(from))) {
        const char *target = field_text(json_object_get(request, "params"), "target");
        if (strcmp(target, ".") == 0)
            fake_node_answer(to, request, json_pack("{s:s, s:s}", "group", "wwww", "name", "Office"));
        else if (strcmp(target, "@bob") == 0)
            fake_node_answer(to, request, json_pack("{s:s, s:s}", "group", "bbbb", "name", "@Bob"));
        else
            fake_node_refuse(to, request, strcmp(target, "@me") == 0 ? "usage" : "not_found");
    }
}

static void a_target_is_what_the_node_takes_it_for(void **state)
{
    struct fake_node node;
    char *id, *name;
    (void)state;

    fake_node_start(&node, find_groups);
    assert_int_equal(target_group(&context, node.client, ".", &id, &name), EXIT_DONE);
    assert_string_equal(id, "wwww");
    assert_string_equal(name, "Office");
    free(id);
    free(name);
    assert_int_equal(target_group(&context, node.client, "@bob", &id, &name), EXIT_DONE);
    assert_string_equal(id, "bbbb");
    assert_string_equal(name, "@Bob");
    free(id);
    free(name);
    assert_int_equal(target_group(&context, node.client, "Nowhere", &id, &name), EXIT_NOT_FOUND);
    assert_int_equal(target_group(&context, node.client, "@zoe", &id, &name), EXIT_NOT_FOUND);
    assert_int_equal(target_group(&context, node.client, "@me", &id, &name), EXIT_USAGE);
    fake_node_end(&node);
}

/* Says once that events were lost; the next subscription has to name the cursor. */
static void lose_events(FILE *from, FILE *to)
{
    fake_node_answer(to, fake_node_request(from), json_pack("{s:s}", "cursor", "1"));
    fputs("{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"type\":\"event.lost\",\"cursor\":\"17\"}}\n", to);
    fflush(to);
    json_t *again = fake_node_request(from);
    char *cursor = strdup(field_text(json_object_get(again, "params"), "cursor"));
    fake_node_answer(to, again, json_pack("{s:s}", "cursor", "17"));
    fprintf(to, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"type\":\"after\",\"cursor\":\"%s\"}}\n",
            cursor);
    free(cursor);
}

static void lost_events_are_asked_for_again(void **state)
{
    static const char *const types[] = {"message.added", NULL};
    struct fake_node node;
    json_t *event;
    (void)state;

    fake_node_start(&node, lose_events);
    assert_int_equal(follow_start(&context, node.client, types), EXIT_DONE);
    assert_int_equal(follow_next(&context, node.client, types, 5000, &event), EXIT_DONE);
    assert_string_equal(field_text(event, "type"), "after");
    assert_string_equal(field_text(event, "cursor"), "17");
    json_decref(event);
    fake_node_end(&node);
}

static void an_export_tells_nothing_of_this_node(void **state)
{
    json_t *message = json_pack("{s:s, s:s, s:b, s:s, s:s, s:b}", "id", "a-1", "seen_at", "x", "late", 1, "cursor", "y",
                                "text", "hello", "incomplete", 1);
    json_t *line = export_jsonl_message(message);
    (void)state;

    assert_int_equal(json_object_size(line), 2);
    assert_string_equal(field_text(line, "id"), "a-1");
    assert_string_equal(field_text(line, "text"), "hello");
    json_decref(line);
    json_decref(message);
}

static void the_header_tells_what_the_export_covers(void **state)
{
    struct listing listing = {.target = "wwww", .since_ms = 1000};
    json_t *clock = json_pack("{s:[{s:s, s:s}]}", "clock", "log", "llll", "seq", "18446744073709551615");
    json_t *header = export_jsonl_header("Office", clock, &listing);
    char *text = json_dumps(header, JSON_COMPACT | JSON_SORT_KEYS);
    (void)state;

    assert_string_equal(text,
                        "{\"clock\":{\"llll\":\"18446744073709551615\"},\"format\":\"zuruf-jsonl\",\"group\":\"wwww\","
                        "\"since\":\"1970-01-01T00:00:01.000Z\",\"version\":1,\"workspace\":\"Office\"}");
    free(text);
    json_decref(header);
    json_decref(clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pages_are_walked_through),
        cmocka_unit_test(an_export_waits_until_everything_stands_in_order),
        cmocka_unit_test(no_more_than_asked_for_are_listed),
        cmocka_unit_test(a_target_is_what_the_node_takes_it_for),
        cmocka_unit_test(lost_events_are_asked_for_again),
        cmocka_unit_test(an_export_tells_nothing_of_this_node),
        cmocka_unit_test(the_header_tells_what_the_export_covers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
