/* SPDX-License-Identifier: MIT
 * How a node uses it: what settling tells, what may be named and written, and what is refused. */
#include "office.h"

/* What settling tells when this comes last, each entry settled by itself. */
static unsigned changes_after(struct office *office, struct pen *pen, struct item item)
{
    struct governance *kept = office->in[pen->place];
    struct governance_scope scope = office->told[pen->place]->scope;
    unsigned changes = 0;
    put(office, pen, item);
    struct governance *again = governance_new(&scope, NULL); /* told up to the last one, then that */
    for (int i = 0; i < office->told[pen->place]->count; i++) {
        assert_int_equal(tell(again, &office->told[pen->place]->items[i]), OK);
        changes = governance_settle(again);
    }
    assert_int_equal(governance_settle(again), 0); /* nothing is new */
    assert_int_equal(governance_settle(kept), 0);
    governance_free(again);
    return changes;
}

static void settling_tells_what_changed(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1), bob = pen(WORKSPACE, BOB, 1, 1);
    struct item policy = plain(ENTRY_POLICY);
    policy.policy.keep_days = 7;
    assert_int_equal(changes_after(&office, &alice, adds(BOB, 1, ROLE_MEMBER)), GOVERNANCE_MEMBERS | GOVERNANCE_EPOCHS);
    assert_int_equal(changes_after(&office, &alice, epoch(1, 2, ALICE, BOB)) & ~GOVERNANCE_VERDICTS, GOVERNANCE_EPOCHS);
    assert_int_equal(changes_after(&office, &bob, plain(ENTRY_CLOCK)), 0);
    assert_int_equal(changes_after(&office, &alice, policy), GOVERNANCE_POLICY);
    unsigned removal = changes_after(&office, &alice, removes(BOB, 1));
    assert_int_equal(removal, GOVERNANCE_MEMBERS | GOVERNANCE_EPOCHS | GOVERNANCE_VERDICTS);
    office_close(&office);
}

static void an_entry_is_taken_once_and_behind_the_one_before_it(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1);
    put(&office, &alice, adds(BOB, 1, ROLE_MEMBER));
    put(&office, &alice, adds(CARL, 1, ROLE_MEMBER));
    const struct history *h = office.told[WORKSPACE];
    assert_int_equal(tell(office.in[WORKSPACE], &h->items[h->count - 1]), OK);
    assert_int_equal(governance_settle(office.in[WORKSPACE]), 0);
    struct governance *other = governance_new(&h->scope, NULL);
    enum governance_rule rule;
    assert_int_equal(tell(other, &h->items[h->count - 1]), ERR_NOT_FOUND);
    assert_int_equal(governance_verdict(other, &h->items[h->count - 1].id, &rule), ERR_NOT_FOUND);
    governance_free(other);
    office_close(&office);
}

static bool justifies(const struct office *office, struct sign_public device, uint64_t instance, uint8_t sub)
{
    struct log_name log = {.group = office->told[WORKSPACE]->scope.id, .device = device, .instance = instance};
    log.sub.bytes[0] = sub;
    return governance_justifies(office->in[WORKSPACE], &log);
}

static void a_log_may_be_named_when_somebody_spoke_of_its_author(void **state)
{
    struct office office;
    const struct sign_public heir = spare_root(0);
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1), eve = pen(WORKSPACE, EVE, 1, 1);
    put(&office, &alice, adds(BOB, 2, ROLE_MEMBER));
    put(&office, &eve, links(SPY, EVE, 1)); /* does not count */
    assert_true(justifies(&office, device_of(ALICE), 1, 7));
    assert_true(justifies(&office, device_of(BOB), 2, 7));
    assert_false(justifies(&office, device_of(BOB), 1, 7));
    assert_true(justifies(&office, device_of(SPY), 1, 7));
    assert_false(justifies(&office, device_of(EVE), 1, 1));
    assert_true(justifies(&office, office.root[WORKSPACE].device, 1, 0));
    assert_false(justifies(&office, office.root[WORKSPACE].device, 1, 7));
    assert_false(justifies(&office, heir, 1, 0));
    put(&office, &eve, hands_over(&heir, NULL));
    assert_true(justifies(&office, heir, 1, 0));
    office_close(&office);
}

static void roles_say_who_may_write_what(void **state)
{
    static const struct {
        enum name name;
        enum entry_type type;
        bool may;
    } cases[] = {
        {ALICE, ENTRY_ADD, true},   {ALICE, ENTRY_POLICY, true}, {ALICE, ENTRY_LINK, true}, {ALICE, ENTRY_GRANT, false},
        {BOB, ENTRY_ADD, false},    {BOB, ENTRY_EPOCH, true},    {BOB, ENTRY_LINK, true},   {BOB, ENTRY_CLOCK, false},
        {CARL, ENTRY_EPOCH, false}, {DORA, ENTRY_EPOCH, false},  {EVE, ENTRY_EPOCH, false}, {BOB, ENTRY_REMOVE, false},
        {BOB, ENTRY_PURGE, false},  {ALICE, ENTRY_REMOVE, true}, {CARL, ENTRY_LINK, false}, {BOB, ENTRY_KEYSHARE, true},
    };
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1);
    put(&office, &alice, adds(BOB, 1, ROLE_MEMBER));
    put(&office, &alice, adds(CARL, 1, ROLE_READER));
    put(&office, &alice, adds(DORA, 1, ROLE_CARRIER));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sign_public device = device_of(cases[i].name);
        assert_int_equal(governance_may_write(office.in[WORKSPACE], &device, 1, cases[i].type), cases[i].may);
    }
    office_close(&office);
}

/* The content log forked: of two branches one leads to the head that was cut at. */
static bool only_one_branch(void *arg, const struct cut *head)
{
    return memcmp(&head->id, arg, sizeof head->id) == 0;
}

static void content_is_cut_along_branches(void **state)
{
    const struct hash content = {{77}};
    struct hash mine = {{1}}, other = {{2}};
    const struct sign_public bob = device_of(BOB);
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1);
    put(&office, &alice, adds(BOB, 1, ROLE_MEMBER));
    assert_true(governance_covers_content(office.in[WORKSPACE], &bob, 1, &content, 9, NULL, NULL));
    struct item removal = removes(BOB, 1);
    removal.cuts[removal.cut_count++] = (struct cut){content, 5, mine};
    put(&office, &alice, removal);
    assert_true(governance_covers_content(office.in[WORKSPACE], &bob, 1, &content, 5, only_one_branch, &mine));
    assert_false(governance_covers_content(office.in[WORKSPACE], &bob, 1, &content, 5, only_one_branch, &other));
    assert_false(governance_covers_content(office.in[WORKSPACE], &bob, 1, &content, 6, NULL, NULL));
    assert_false(
        governance_covers_content(office.in[WORKSPACE], &bob, 1, &mine, 1, NULL, NULL)); /* not named: cut at 0 */
    office_close(&office);
}

static uint64_t limit_of(const struct office *office, struct sign_public device, uint64_t instance)
{
    struct log_name log = {.device = device, .instance = instance, .sub = {{1}}};
    return governance_log_limit(office->in[WORKSPACE], &log);
}

static void logs_of_who_was_never_an_admin_have_an_end(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1);
    put(&office, &alice, adds(BOB, 1, ROLE_MEMBER));
    assert_int_equal(limit_of(&office, device_of(ALICE), 1), UINT64_MAX);
    assert_int_equal(limit_of(&office, office.root[WORKSPACE].device, 0), UINT64_MAX);
    assert_int_equal(limit_of(&office, device_of(BOB), 1), GOVERNANCE_LOG_MAX);
    assert_int_equal(limit_of(&office, device_of(CARL), 1), GOVERNANCE_LOG_MAX);
    struct hash grant = put(&office, &office.root[WORKSPACE], grants_to(BOB, 1));
    assert_int_equal(limit_of(&office, device_of(BOB), 1), UINT64_MAX);
    put(&office, &office.root[WORKSPACE], revokes_of(&grant));
    assert_int_equal(limit_of(&office, device_of(BOB), 1), UINT64_MAX); /* what he wrote before stays */
    office_close(&office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settling_tells_what_changed),
        cmocka_unit_test(an_entry_is_taken_once_and_behind_the_one_before_it),
        cmocka_unit_test(a_log_may_be_named_when_somebody_spoke_of_its_author),
        cmocka_unit_test(roles_say_who_may_write_what),
        cmocka_unit_test(content_is_cut_along_branches),
        cmocka_unit_test(logs_of_who_was_never_an_admin_have_an_end),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
