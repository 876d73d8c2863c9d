/* SPDX-License-Identifier: MIT */
#include "agree_epochs.h"

#include "core/governance/govern.h"

static bool counts(const struct governance *g, uint32_t fact)
{
    return fact_of(g, fact)->verdict == RULE_COUNTS;
}

static const struct key_act *epoch_at(const struct governance *g, uint32_t key)
{
    const struct key_act *act = &g->keys.at[key];
    return fact_of(g, act->fact)->type == ENTRY_EPOCH && counts(g, act->fact) ? act : NULL;
}

bool epochs_speak_of(const struct governance *g, const struct sign_public *device)
{
    return govern_device(g, device) != NONE;
}

/* ---------------------------------------------------------------- who was removed before */

static void mark_past(const struct governance *g, uint32_t epoch, bool *is_past)
{
    uint32_t *stack = alloc_zero(g->facts.count + 1, sizeof *stack);
    size_t depth = 0;
    memset(is_past, 0, g->facts.count * sizeof *is_past);
    for (stack[depth++] = epoch; depth > 0;) {
        const struct fact *fact = fact_of(g, stack[--depth]);
        for (uint32_t i = 0; i <= fact->dep_count; i++) {
            uint32_t parent = g->parents.at[fact->parents + i];
            if (parent == NONE || is_past[parent])
                continue;
            is_past[parent] = true;
            stack[depth++] = parent;
        }
    }
    free(stack);
}

/* As a later instance, which is given what was said meanwhile; also where that ADD did not know of another REMOVE. */
static bool came_back(const struct governance *g, const struct instance *removed)
{
    for (uint32_t i = 0; i < g->adds.count; i++) {
        const struct instance *added = &g->instances.at[g->adds.at[i].instance];
        enum governance_rule rule = fact_of(g, g->adds.at[i].fact)->verdict;
        bool let_in = rule == RULE_COUNTS || rule == RULE_UNCITED;
        if (let_in && added->device == removed->device && added->number > removed->number)
            return true;
    }
    return false;
}

void epochs_each_denied(const struct governance *g, epochs_visit *visit, void *arg)
{
    bool *is_past = alloc_zero(g->facts.count + 1, sizeof *is_past);
    for (uint32_t k = 0; g->removals.count && k < g->keys.count; k++) {
        const struct key_act *epoch = epoch_at(g, k);
        if (!epoch)
            continue;
        mark_past(g, epoch->fact, is_past);
        for (uint32_t i = 0; i < g->removals.count; i++) {
            const struct removal_act *removal = &g->removals.at[i];
            const struct instance *removed = &g->instances.at[removal->instance];
            if (counts(g, removal->fact) && is_past[removal->fact] && !came_back(g, removed))
                visit(arg, &epoch->epoch, &g->devices.at[removed->device].key);
        }
    }
    free(is_past);
}
