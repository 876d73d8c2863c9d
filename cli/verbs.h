/* SPDX-License-Identifier: MIT
 * The verbs of `zuruf`.  Each has a file verb_NAME.c of its own that parses its options, does the work and returns an
 * exit code; main.c holds the table. */
#pragma once
#include "exit_code.h"
#include <stdbool.h>

struct context;

struct verb {
    const char *name;
    enum exit_code (*run)(struct context *context, int argc, char **argv); /* argv[0] is the verb */
    const char *summary;                                                   /* one line; a gettext msgid */
    const char *help; /* examples first, then the options; a gettext msgid */
};

/* What one call of the program works with. */
struct context {
    char *home;               /* absolute; owned by main */
    bool json;                /* one JSON object a line instead of text for people */
    const struct verb *verbs; /* the table, ended by a verb without a name */
    const struct verb *verb;  /* the one that runs */
};

enum exit_code verb_carrier(struct context *context, int argc, char **argv);
enum exit_code verb_chat(struct context *context, int argc, char **argv); /* also the program without a verb */
enum exit_code verb_device(struct context *context, int argc, char **argv);
enum exit_code verb_doctor(struct context *context, int argc, char **argv);
enum exit_code verb_export(struct context *context, int argc, char **argv);
enum exit_code verb_group(struct context *context, int argc, char **argv);
enum exit_code verb_help(struct context *context, int argc, char **argv);
enum exit_code verb_init(struct context *context, int argc, char **argv);
enum exit_code verb_invite(struct context *context, int argc, char **argv);
enum exit_code verb_join(struct context *context, int argc, char **argv);
enum exit_code verb_lock(struct context *context, int argc, char **argv);
enum exit_code verb_node(struct context *context, int argc, char **argv);
enum exit_code verb_passphrase(struct context *context, int argc, char **argv);
enum exit_code verb_peer(struct context *context, int argc, char **argv);
enum exit_code verb_read(struct context *context, int argc, char **argv);
enum exit_code verb_root(struct context *context, int argc, char **argv);
enum exit_code verb_rpc(struct context *context, int argc, char **argv);
enum exit_code verb_send(struct context *context, int argc, char **argv);
enum exit_code verb_status(struct context *context, int argc, char **argv);
enum exit_code verb_unlock(struct context *context, int argc, char **argv);
enum exit_code verb_version(struct context *context, int argc, char **argv);
enum exit_code verb_who(struct context *context, int argc, char **argv);
enum exit_code verb_workspace(struct context *context, int argc, char **argv);

extern const char verb_carrier_help[];
extern const char verb_chat_help[];
extern const char verb_device_help[];
extern const char verb_doctor_help[];
extern const char verb_export_help[];
extern const char verb_group_help[];
extern const char verb_help_help[];
extern const char verb_init_help[];
extern const char verb_invite_help[];
extern const char verb_join_help[];
extern const char verb_lock_help[];
extern const char verb_node_help[];
extern const char verb_passphrase_help[];
extern const char verb_peer_help[];
extern const char verb_read_help[];
extern const char verb_root_help[];
extern const char verb_rpc_help[];
extern const char verb_send_help[];
extern const char verb_status_help[];
extern const char verb_unlock_help[];
extern const char verb_version_help[];
extern const char verb_who_help[];
extern const char verb_workspace_help[];

/* The list of all verbs, examples first. */
void verb_help_overview(const struct context *context);
