/* SPDX-License-Identifier: MIT
 * Who founded a group, and whose word about times counts. */
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

static void note_clock(struct founding *founding, const struct sign_public *author, bool is_root, struct doubt doubt)
{
    struct buffer payload = {0};
    uint32_t flags = 0;
    clock_encode(&doubt, &payload);
    struct entry entry = {.type = ENTRY_CLOCK, .payload = buffer_bytes(&payload)};
    roster_note(&founding->roster, &founding->group, author, is_root, &entry, &flags);
    roster_evaluate(&founding->roster);
    buffer_done(&payload);
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

static const struct doubt three[] = {
    {.log = {{1}}, .from = 5, .to = 9}, {.log = {{1}}, .from = 2, .to = 4}, {.log = {{1}}, .from = 20, .to = 30}};

static void clocks_of_an_admin_count_in_any_order(void **state)
{
    (void)state;
    for (size_t first = 0; first < 3; first++) {
        struct founding founding;
        found(&founding);
        const uint8_t seed[32] = {1};
        struct sign_public admin;
        struct sign_secret secret;
        crypto_sign_keypair_from(seed, &admin, &secret);
        for (size_t i = 0; i < 4; i++) /* one of them twice, and some before it is known who is admin */
            if (i == first)
                note(&founding);
            else
                note_clock(&founding, &admin, false, three[i % 3]);
        note_clock(&founding, &admin, false, three[first]);
        assert_int_equal(founding.roster.doubt_count, 2);
        assert_int_equal(founding.roster.doubts[0].from, 2);
        assert_int_equal(founding.roster.doubts[0].to, 9);
        assert_int_equal(founding.roster.doubts[1].from, 20);
        assert_true(founding.roster.doubts_changed);
        assert_false(founding.roster.needs_newer);
        founding.roster.doubts_changed = false;
        note_clock(&founding, &admin, false, (struct doubt){.log = {{1}}, .from = 3, .to = 3});
        assert_false(founding.roster.doubts_changed); /* covered already */
        done(&founding);
    }
}

static void clocks_of_others_have_no_effect(void **state)
{
    struct founding founding;
    const struct sign_public somebody = {{9}};
    (void)state;
    found(&founding);
    note(&founding);
    note_clock(&founding, &somebody, false, three[0]);
    note_clock(&founding, &founding.root, true, three[1]);
    assert_int_equal(founding.roster.doubt_count, 0);
    assert_false(founding.roster.doubts_changed);
    assert_false(founding.roster.needs_newer);
    done(&founding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_founder_is_the_first_admin),
        cmocka_unit_test(a_genesis_that_does_not_hash_to_the_group_founds_nothing),
        cmocka_unit_test(clocks_of_an_admin_count_in_any_order),
        cmocka_unit_test(clocks_of_others_have_no_effect),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
