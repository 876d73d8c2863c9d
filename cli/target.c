/* SPDX-License-Identifier: MIT */
#include "target.h"
#include "fields.h"
#include "refusal.h"
#include "translate.h"
#include <stdlib.h>
#include <string.h>

static enum exit_code refuse(const struct context *context, const json_t *refused, const char *target)
{
    const char *code = field_text(json_object_get(refused, "data"), "code");
    bool unknown = strcmp(code, "not_found") == 0, person = *target == '@';

    if (unknown && person)
        return refusal_say(context, EXIT_NOT_FOUND, code,
                           _("There is nobody called \"%s\" here. `zuruf who` lists the people."), target + 1);
    if (unknown)
        return refusal_say(context, EXIT_NOT_FOUND, code,
                           _("There is no chat \"%s\" here. `zuruf status` lists the chats."), target);
    if (person && strcmp(code, "usage") == 0)
        return refusal_say(context, EXIT_USAGE, code, _("That is you: a chat with a person needs another one."));
    return refusal_of_node(context, refused);
}

enum exit_code target_group(const struct context *context, struct client *client, const char *target, char **ret_id,
                            char **ret_name)
{
    json_t *result = NULL, *refused = NULL;
    json_t *params = json_pack("{s:s}", "target", target);

    if (!params)
        return refusal_of_error(context, ERR_MALFORMED);
    enum error err = client_call(client, "group.find", params, CLIENT_PATIENCE_MS, &result, &refused);
    enum exit_code exit = err ? refusal_of_error(context, err) : EXIT_DONE;
    if (refused)
        exit = refuse(context, refused, target);
    if (!exit) {
        *ret_id = strdup(field_text(result, "group"));
        *ret_name = strdup(field_text(result, "name"));
    }
    json_decref(result);
    json_decref(refused);
    return exit;
}
