/* SPDX-License-Identifier: MIT
 * The causal past of entries: node_message_clock() of node_query.h, and what it remembers, so that the clocks of many
 * messages in order, as in an export, cost little more than a row each. */
#pragma once
#include "core/state.h"

/* Logs have been divided or are gone: what is remembered may be wrong. */
void past_forget(struct node *node);
