/* SPDX-License-Identifier: MIT */
#include "unlock.h"
#include "call.h"
#include "fields.h"
#include "passphrase.h"
#include "translate.h"

#define TRIES 3

enum exit_code unlock_node(const struct context *context, struct client *client, const char *file)
{
    struct passphrase passphrase;
    json_t *result = NULL;
    enum exit_code exit = passphrase_get(context, file, _("Passphrase: "), &passphrase);

    if (!exit)
        exit = call_node(context, client, "node.unlock", json_pack("{s:s}", "passphrase", passphrase.text), &result);
    passphrase_wipe(&passphrase);
    json_decref(result);
    return exit;
}

enum exit_code unlock_if_locked(const struct context *context, struct client *client)
{
    json_t *info;
    enum exit_code exit = call_node(context, client, "node.info", NULL, &info);

    if (exit)
        return exit;
    bool locked = field_true(info, "locked");
    json_decref(info);
    if (locked)
        fputs(_("This home is locked.\n"), stdout);
    fflush(stdout);
    exit = locked ? EXIT_NOT_PERMITTED : EXIT_DONE;
    for (int i = 0; i < TRIES && exit == EXIT_NOT_PERMITTED; i++)
        exit = unlock_node(context, client, NULL);
    return exit;
}
