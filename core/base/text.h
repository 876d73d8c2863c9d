/* SPDX-License-Identifier: MIT
 * UTF-8 from people and peers: what may be a name, what may be shown. */
#pragma once
#include "bytes.h"
#include "core/error.h"

#define NAME_MAX_SIZE 64
#define TEXT_MAX_SIZE 16384

bool text_is_utf8(struct bytes text); /* RFC 3629: no overlong forms, no surrogates */

/* Appends `raw` to `out` as a name: C0/C1, bidi controls and zero-width characters removed, runs of white space
 * to one blank, trimmed.  ERR_NAME_BAD: not UTF-8, empty afterwards, or more than NAME_MAX_SIZE bytes. */
MUST_USE enum error text_clean_name(struct bytes raw, struct buffer *out);

/* Likewise a path of such names with "/" between them, for example "Projekte/Alpha"; empty parts are left out, and none
 * at all is the top.  ERR_NAME_BAD: also "." and "..", and more than PATH_MAX_SIZE bytes. */
#define PATH_MAX_SIZE 512
MUST_USE enum error text_clean_path(struct bytes raw, struct buffer *out);

/* Two names that people would take for the same: equal after ASCII case folding. */
bool text_same_name(struct bytes a, struct bytes b);
