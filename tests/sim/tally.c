/* SPDX-License-Identifier: MIT */
#include "tally.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    enum command_type type;
    const char *words;
} verbs[] = {{COMMAND_INVITE_CREATE, "codes made"},
             {COMMAND_JOIN, "computers let in"},
             {COMMAND_SEND, "messages"},
             {COMMAND_GROUP_CREATE, "groups founded"},
             {COMMAND_GROUP_ADD, "invitations into groups"},
             {COMMAND_GROUP_ACCEPT, "invitations accepted"},
             {COMMAND_GROUP_DECLINE, "invitations declined"},
             {COMMAND_GROUP_REMOVE, "removals"},
             {COMMAND_GROUP_ROLE, "roles given"},
             {COMMAND_GROUP_LEAVE, "groups left"},
             {COMMAND_DEVICE_REVOKE, "own computers revoked"},
             {COMMAND_ROOT_RECOVER, "root keys recovered"},
             {COMMAND_ROOT_HAND_OVER, "root keys replaced"},
             {COMMAND_LOCK, "locks"},
             {COMMAND_UNLOCK, "unlocks"}};

void tally_lives(const struct life *life, struct tally *tally)
{
    const struct world *world = &life->world;
    for (size_t i = 0; i < world->asked_count; i++) {
        const struct asked *asked = world->asked[i];
        tally->asked[asked->type]++;
        tally->carried_out[asked->type] += asked->answered && !asked->error;
    }
    for (size_t i = 0; i < TROUBLE_COUNT; i++) {
        tally->lives_with[i] += (life->troubles & TROUBLE_BIT(i)) != 0;
        tally->happened[i] += life->happened[i];
    }
    tally->unproven += life->unproven;
    tally->unsigned_shouts += life->unsigned_shouts;
}

void tally_print(const struct tally *tally)
{
    printf("%-12s %8s %10s\n", "trouble", "lives", "times");
    for (size_t i = 0; i < TROUBLE_COUNT; i++)
        printf("%-12s %8" PRIu64 " %10" PRIu64 "\n", trouble_names[i], tally->lives_with[i], tally->happened[i]);
    printf("\nshown unproven: seen %" PRIu64 " times; said in a crowd and not signed: %" PRIu64 "\n", tally->unproven,
           tally->unsigned_shouts);
    printf("\n%-24s %10s %12s\n", "command", "given", "carried out");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        printf("%-24s %10" PRIu64 " %12" PRIu64 "\n", verbs[i].words, tally->asked[verbs[i].type],
               tally->carried_out[verbs[i].type]);
}
