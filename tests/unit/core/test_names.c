/* SPDX-License-Identifier: MIT
 * Who is meant by a name. */
#include "check.h"

#include "core/members/names.h"

static struct person_name called(uint8_t number, const char *name)
{
    return (struct person_name){{{number}}, 1, {(uint8_t *)(uintptr_t)name, strlen(name), strlen(name)}};
}

static void assert_means(const struct node *node, const char *name, uint8_t number)
{
    struct person_id person = {{0}};
    assert_int_equal(names_find(node, BYTES_TEXT(name), &person), OK);
    assert_int_equal(person.bytes[0], number);
}

static void a_name_that_two_have_means_neither(void **state)
{
    struct person_name names[] = {called(1, "Bob"), called(2, "Carol"), called(3, "bob")};
    struct node node = {.names = names, .name_count = 3};
    struct person_id person;
    struct buffer id = {0};
    (void)state;
    assert_means(&node, "CAROL", 2);
    assert_int_equal(names_find(&node, BYTES_TEXT("Bob"), &person), ERR_NAME_AMBIGUOUS);
    assert_int_equal(names_find(&node, BYTES_TEXT("Dave"), &person), ERR_NOT_FOUND);
    base32_encode(BYTES_OF(names[2].person.bytes), &id);
    buffer_append_byte(&id, 0);
    assert_means(&node, (const char *)id.data, 3);
    buffer_done(&id);
}

/* Whoever calls himself as another's id reads is not meant by it. */
static void an_id_means_what_it_says_before_any_name_does(void **state)
{
    struct person_name names[] = {called(1, ""), called(2, "Carol")};
    struct node node = {.names = names, .name_count = 2};
    struct buffer id = {0};
    (void)state;
    base32_encode(BYTES_OF(names[1].person.bytes), &id);
    buffer_append_byte(&id, 0);
    names[0].name = (struct buffer){id.data, id.size - 1, id.size - 1};
    assert_means(&node, (const char *)id.data, 2);
    buffer_done(&id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_two_have_means_neither),
        cmocka_unit_test(an_id_means_what_it_says_before_any_name_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
