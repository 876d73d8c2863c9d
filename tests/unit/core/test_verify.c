/* SPDX-License-Identifier: MIT
 * What is said of a device after some have been verified. */
#include "check.h"

#include "core/members/verify.h"

static struct sign_public device_of(uint8_t number)
{
    struct sign_public device = {{number}};
    return device;
}

static struct buffer name_buffer(const char *name)
{
    return (struct buffer){(uint8_t *)(uintptr_t)name, strlen(name), strlen(name)};
}

static enum verification state(const struct node *node, uint8_t device, uint8_t person, const char *name)
{
    struct sign_public key = device_of(device);
    struct person_id id = {{person}};
    return verify_state(node, &key, &id, BYTES_TEXT(name));
}

static void a_name_or_a_key_that_is_not_as_verified_is_told(void **state_of_test)
{
    struct verified rows[] = {{device_of(1), {{10}}, name_buffer("Bob")}, {device_of(2), {{20}}, name_buffer("Carol")}};
    struct node node = {.verified = rows, .verified_count = 2};
    (void)state_of_test;

    assert_int_equal(state(&node, 1, 10, "Bob"), VERIFICATION_VERIFIED);
    assert_int_equal(state(&node, 1, 10, "bob"), VERIFICATION_VERIFIED);
    assert_int_equal(state(&node, 1, 10, ""), VERIFICATION_VERIFIED); /* not known yet */
    assert_int_equal(state(&node, 2, 20, "Carol"), VERIFICATION_VERIFIED);
    assert_int_equal(state(&node, 3, 10, "Bob"), VERIFICATION_CHANGED);   /* his second computer, or not his */
    assert_int_equal(state(&node, 3, 10, ""), VERIFICATION_CHANGED);      /* likewise */
    assert_int_equal(state(&node, 3, 30, "Bob"), VERIFICATION_CHANGED);   /* somebody else calls himself so */
    assert_int_equal(state(&node, 2, 20, "Bob"), VERIFICATION_CHANGED);   /* Carol does */
    assert_int_equal(state(&node, 1, 10, "Carol"), VERIFICATION_CHANGED); /* Bob calls himself Carol */
    assert_int_equal(state(&node, 3, 30, "Dave"), VERIFICATION_NONE);
    assert_int_equal(state(&node, 3, 30, ""), VERIFICATION_NONE);
}

static void ones_own_device_is_no_matter_of_verifying(void **state_of_test)
{
    struct verified row = {device_of(1), {{10}}, name_buffer("Bob")};
    struct node node = {.verified = &row, .verified_count = 1};
    (void)state_of_test;

    node.identity.exists = true;
    node.identity.device = device_of(7);
    assert_int_equal(state(&node, 7, 70, "Bob"), VERIFICATION_SELF);
    assert_int_equal(state(&node, 8, 70, "Alice"), VERIFICATION_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_or_a_key_that_is_not_as_verified_is_told),
        cmocka_unit_test(ones_own_device_is_no_matter_of_verifying),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
