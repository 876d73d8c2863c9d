/* SPDX-License-Identifier: MIT
 * Every way a call can fail, with its sentence.  One table, so that code and words cannot drift apart. */
#pragma once

#define MUST_USE __attribute__((warn_unused_result))

/* name, stable code for machines ("data.code" of the local API), sentence for people (a gettext msgid).
 * A sentence says what happened; what to do about it belongs to the verb that shows it. */
#define ERROR_TABLE(X)                                                                                                 \
    X(OK, "ok", "done")                                                                                                \
    X(ERR_MALFORMED, "malformed", "the bytes are not what they should be")                                             \
    X(ERR_TOO_BIG, "too_big", "this is larger than allowed")                                                           \
    X(ERR_BAD_SIGNATURE, "bad_signature", "a signature does not verify")                                               \
    X(ERR_CRYPTO, "crypto", "a cryptographic step failed")                                                             \
    X(ERR_NOT_FOUND, "not_found", "there is no such thing here")                                                       \
    X(ERR_EXISTS, "exists", "this exists already")                                                                     \
    X(ERR_NOT_PERMITTED, "not_permitted", "this is not permitted")                                                     \
    X(ERR_NO_IDENTITY, "no_identity", "this computer has no identity yet")                                             \
    X(ERR_NO_WORKSPACE, "no_workspace", "this computer belongs to no workspace yet")                                   \
    X(ERR_LOCKED, "locked", "this home is locked, and its keys are not in memory")                                     \
    X(ERR_BAD_PASSPHRASE, "bad_passphrase", "this is not the passphrase")                                              \
    X(ERR_NO_PASSPHRASE, "no_passphrase", "no passphrase is set here")                                                 \
    X(ERR_NO_ROOT, "no_root", "the root key of the workspace is not on this computer")                                 \
    X(ERR_OTHER_ROOT, "other_root", "this is not the root key of this workspace")                                      \
    X(ERR_ROOT_HANDED_OVER, "root_handed_over", "this root key was handed over to another one and counts no more")     \
    X(ERR_ROOT_UNENTERED, "root_unentered", "this root key has spoken in a group that this computer has not entered")  \
    X(ERR_PRIVATE_GROUP, "private_group", "the workspace's root key has no say in a private group")                    \
    X(ERR_NO_KEY, "no_key", "the key to read or write here has not arrived yet")                                       \
    X(ERR_CODE_UNKNOWN, "code_unknown", "no computer here knows this code")                                            \
    X(ERR_CODE_EXPIRED, "code_expired", "this code has expired")                                                       \
    X(ERR_CODE_USED, "code_used", "this code has already been used")                                                   \
    X(ERR_CODE_LINKS, "code_links", "this code is for a further computer of somebody who is in the workspace")         \
    X(ERR_CODE_INVITES, "code_invites", "this code invites somebody into the workspace")                               \
    X(ERR_NAME_TAKEN, "name_taken", "somebody in the workspace already has this name")                                 \
    X(ERR_NAME_USED, "name_used", "a chat here already has this name")                                                 \
    X(ERR_NAME_AMBIGUOUS, "name_ambiguous", "more than one is called so")                                              \
    X(ERR_NAME_BAD, "name_bad", "this is not usable as a name")                                                        \
    X(ERR_MAY_NOT_ADMIT, "may_not_admit", "the inviter may no longer admit anyone")                                    \
    X(ERR_LAST_ADMIN, "last_admin", "nobody else there is an admin")                                                   \
    X(ERR_CARRIER, "carrier", "a carrier of the workspace can read nothing in a group either")                         \
    X(ERR_LEFT, "left", "this computer is no member of that chat any more")                                            \
    X(ERR_REMOVED, "removed", "this device was removed from the workspace")                                            \
    X(ERR_VERSION, "version", "the other side speaks another version")                                                 \
    X(ERR_LIMIT, "limit", "a limit was reached")                                                                       \
    X(ERR_TIMEOUT, "timeout", "this was not finished in time")                                                         \
    X(ERR_SLOW, "slow", "the other side is too slow")                                                                  \
    X(ERR_CLOSED, "closed", "the connection was closed")                                                               \
    X(ERR_DUPLICATE_LINK, "duplicate_link", "another connection to this node is kept")                                 \
    X(ERR_NOT_NEEDED, "not_needed", "the other side needs no connection here")                                         \
    X(ERR_SHUTTING_DOWN, "shutting_down", "the node is shutting down")                                                 \
    X(ERR_DISK, "disk", "the disk could not be read or written")                                                       \
    X(ERR_DISK_FULL, "disk_full", "the disk is full")                                                                  \
    X(ERR_CORRUPT, "corrupt", "the database is damaged")                                                               \
    X(ERR_NEWER_SCHEMA, "newer_schema", "the database was written by a newer Zuruf")                                   \
    X(ERR_NETWORK_FS, "network_fs", "the home directory lies on a network file system")                                \
    X(ERR_BUSY, "busy", "another process uses this home directory")                                                    \
    X(ERR_NEEDS_NEWER, "needs_newer", "this needs a newer Zuruf")                                                      \
    X(ERR_NETWORK, "network", "the network refused")                                                                   \
    X(ERR_USAGE, "usage", "this is not how it is called")

enum error {
#define X(name, code, sentence) name,
    ERROR_TABLE(X)
#undef X
        ERROR_COUNT
};

/* The sentence of `err`, in English; static. */
const char *error_sentence(enum error err);
/* The stable code of `err`; static. */
const char *error_code(enum error err);
