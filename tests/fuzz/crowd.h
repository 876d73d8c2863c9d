/* SPDX-License-Identifier: MIT
 * Many at once on Mallory's side: more devices than may all be linked, and links that talk so much that what comes on
 * them may wait for its signature. */
#pragma once
#include "session.h"

/* More people than may all be linked, all of them there. */
void crowd_come(struct session *session);
/* Four links say so much, three times in a row, that what they say waits for its signature in the end; it still does
 * when this returns.  One of them may have signed something false. */
void crowd_talk(struct session *session);
