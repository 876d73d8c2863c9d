/* SPDX-License-Identifier: MIT
 * What Alice and Bob do meanwhile, as the script says: commands, most of which may be refused. */
#pragma once
#include "session.h"

/* Messages, addresses, codes, times that are not believed. */
void colleagues_talk(struct session *session);
/* Invitations are answered, groups founded and renamed, people removed, and something is said in them. */
void colleagues_gather(struct session *session);
/* The workspace's root key, roles, leaving, names of computers, how much is carried. */
void colleagues_keep_house(struct session *session);
