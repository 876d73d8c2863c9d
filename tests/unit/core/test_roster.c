/* SPDX-License-Identifier: MIT
 * Who founded a group. */
#include "check.h"

#include "core/roster.h"

struct founding {
    struct sign_public root;
    struct buffer payload;
    struct hash group;
    struct roster roster;
};

static void found(struct founding *founding)
{
    static const struct hash no_group;
    const uint8_t seed[32] = {1}, root_seed[32] = {2};
    struct sign_secret secret, root_secret;
    struct genesis genesis = {.founder = {.instance = 1, .role = ROLE_ADMIN}};
    *founding = (struct founding){0};
    crypto_sign_keypair_from(seed, &genesis.founder.device, &secret);
    crypto_sign_keypair_from(root_seed, &founding->root, &root_secret);
    membership_sign(&no_group, &genesis.founder, &secret);
    genesis_encode(&genesis, &founding->payload);
    genesis_group_id(&founding->root, buffer_bytes(&founding->payload), &founding->group);
}

static void note(struct founding *founding)
{
    struct entry entry = {.type = ENTRY_GENESIS, .payload = buffer_bytes(&founding->payload)};
    uint32_t flags = 0;
    roster_note(&founding->roster, &founding->group, &founding->root, true, &entry, &flags);
    roster_evaluate(&founding->roster);
}

static void done(struct founding *founding)
{
    roster_done(&founding->roster);
    buffer_done(&founding->payload);
}

static void the_founder_is_the_first_admin(void **state)
{
    struct founding founding;
    (void)state;
    found(&founding);
    note(&founding);
    assert_int_equal(founding.roster.count, 1);
    assert_int_equal(founding.roster.members[0].role, ROLE_ADMIN);
    done(&founding);
}

static void a_genesis_that_does_not_hash_to_the_group_founds_nothing(void **state)
{
    struct founding founding;
    (void)state;
    found(&founding);
    founding.group.bytes[31] ^= 1;
    note(&founding);
    assert_int_equal(founding.roster.count, 0);
    done(&founding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_founder_is_the_first_admin),
        cmocka_unit_test(a_genesis_that_does_not_hash_to_the_group_founds_nothing),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
