/* SPDX-License-Identifier: MIT */
#include "rpc_error.h"
#include "emit.h"
#include <stdarg.h>
#include <stdio.h>

static const char *const hints[ERROR_COUNT] = {
    [ERR_MALFORMED] = "Check the spelling, or copy it again from where it came from.",
    [ERR_TOO_BIG] = "Make it shorter, or send it in parts.",
    [ERR_BAD_SIGNATURE] = "Somebody or something altered it; get it again from another computer.",
    [ERR_CRYPTO] = "Try again; if it stays so, the key files in the home directory may be damaged.",
    [ERR_NOT_FOUND] = "Check the spelling, and list what there is.",
    [ERR_EXISTS] = "Use the one that exists, or choose another name.",
    [ERR_NOT_PERMITTED] = "Ask an admin of the group, who may do this or give you the right to.",
    [ERR_NO_IDENTITY] = "Create one first, with a name for yourself.",
    [ERR_NO_WORKSPACE] = "Create a workspace, or join one with a code from a colleague.",
    [ERR_LOCKED] = "Unlock it with its passphrase: node.unlock.",
    [ERR_BAD_PASSPHRASE] = "Try again; upper and lower case differ, and the keyboard may be set to another language.",
    [ERR_NO_PASSPHRASE] = "Set one first: passphrase.set.",
    [ERR_NO_ROOT] = "It is on the computer where the workspace was made, or comes back from its shares.",
    [ERR_OTHER_ROOT] = "Look for the shares of this workspace.",
    [ERR_ROOT_HANDED_OVER] = "Use the new key; it is where it was made, or comes back from its own shares.",
    [ERR_ROOT_UNENTERED] = "Call root.enter for each group that root.groups shows as spoken and not entered.",
    [ERR_PRIVATE_GROUP] = "Only the group's own root key names its admins.",
    [ERR_NO_KEY] = "Wait until a colleague's computer that has the key is on the network.",
    [ERR_CODE_UNKNOWN] = "Check the six words; the computer that made the code must be on the same network now.",
    [ERR_CODE_EXPIRED] = "Ask for a new code.",
    [ERR_CODE_USED] = "Each code is good for one computer: ask for a new one.",
    [ERR_CODE_LINKS] = "Use it as that: device.join.",
    [ERR_CODE_INVITES] = "Use it as that: workspace.join. Codes for a further computer come from device.link.",
    [ERR_NAME_TAKEN] =
        "Choose another name, such as one with an initial; or, if that is you, ask for a code for this name.",
    [ERR_NAME_USED] = "Choose another name.",
    [ERR_NAME_AMBIGUOUS] = "Name the id instead, as group.list and person.list tell it.",
    [ERR_NAME_BAD] = "Choose a name of 1 to 64 bytes with at least one visible character.",
    [ERR_MAY_NOT_ADMIT] = "Ask an admin of the workspace for a code.",
    [ERR_LAST_ADMIN] = "Make somebody else an admin first: group.role.",
    [ERR_CARRIER] =
        "Let it carry the group (role \"carrier\"), or make it a member of the workspace first: group.role.",
    [ERR_LEFT] = "Ask an admin of the group for a new invitation; what was written before can still be read.",
    [ERR_REMOVED] = "Ask an admin of the workspace why, and for a new code if you should be in it.",
    [ERR_VERSION] = "Install the same version on both computers.",
    [ERR_LIMIT] = "Give more of it, or remove what is no longer needed, and try again.",
    [ERR_TIMEOUT] = "Check that the other computer is on and on the same network, then try again.",
    [ERR_SLOW] = "Read faster, or ask for less at a time.",
    [ERR_CLOSED] = "Try again.",
    [ERR_DUPLICATE_LINK] = "Nothing needs to be done: the other connection serves.",
    [ERR_NOT_NEEDED] = "Nothing needs to be done: others pass on what both write.",
    [ERR_SHUTTING_DOWN] = "Start the node again, then repeat this.",
    [ERR_DISK] = "Check the disk and the rights of the home directory.",
    [ERR_DISK_FULL] = "Free some disk space; until then nothing new can be stored.",
    [ERR_CORRUPT] = "Restore a backup of the home directory; colleagues' computers bring what is missing.",
    [ERR_NEWER_SCHEMA] = "Install the newer Zuruf again.",
    [ERR_NETWORK_FS] = "Choose a home directory on a disk of this computer.",
    [ERR_BUSY] = "Stop the other one, or use another home directory.",
    [ERR_NEEDS_NEWER] = "Install a newer Zuruf.",
    [ERR_NETWORK] = "Check the address and the network, then try again.",
    [ERR_USAGE] = "See the description of the local API.",
};

void rpc_error_set(struct rpc_failure *failure, enum rpc_number number, enum error code, const char *format, ...)
{
    va_list arguments;

    if (failure->number != RPC_FINE)
        return;
    failure->number = number;
    failure->code = code;
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
}

void rpc_error_refuse(struct rpc_failure *failure, enum error err)
{
    if (err == OK || failure->number != RPC_FINE)
        return;
    failure->number = RPC_REFUSED;
    failure->code = err;
}

const char *rpc_error_hint(enum error err)
{
    return hints[err] ? hints[err] : "";
}

void rpc_error_emit(const struct rpc_failure *failure, struct buffer *out)
{
    char number[16];

    snprintf(number, sizeof number, "%d", (int)failure->number);
    emit_open(out, "error", '{');
    emit_raw(out, "code", BYTES_TEXT(number));
    emit_string(out, "message", failure->message[0] ? failure->message : error_sentence(failure->code));
    emit_open(out, "data", '{');
    emit_string(out, "code", error_code(failure->code));
    emit_string(out, "hint", rpc_error_hint(failure->code));
    emit_close(out, '}');
    emit_close(out, '}');
}
