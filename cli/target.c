/* SPDX-License-Identifier: MIT */
#include "target.h"
#include "call.h"
#include "fields.h"
#include "refusal.h"
#include "translate.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORKSPACE_TARGET "."

static bool matches(const json_t *group, const char *target)
{
    if (strcmp(target, WORKSPACE_TARGET) == 0)
        return strcmp(field_text(group, "kind"), "workspace") == 0;
    return strcasecmp(field_text(group, "name"), target) == 0 || strcmp(field_text(group, "group"), target) == 0;
}

static const json_t *find(const json_t *result, const char *target)
{
    const json_t *group;
    size_t index;

    json_array_foreach(json_object_get(result, "groups"), index, group) if (matches(group, target)) return group;
    return NULL;
}

enum exit_code target_group(const struct context *context, struct client *client, const char *target, char **ret_id,
                            char **ret_name)
{
    json_t *result;
    enum exit_code exit = call_node(context, client, "group.list", NULL, &result);

    if (exit)
        return exit;
    const json_t *group = find(result, target);
    if (group) {
        *ret_id = strdup(field_text(group, "group"));
        *ret_name = strdup(field_text(group, "name"));
    } else if (json_array_size(json_object_get(result, "groups")) == 0) {
        exit = refusal_of_error(context, ERR_NO_WORKSPACE);
    } else {
        exit = refusal_say(context, EXIT_NOT_FOUND, "not_found",
                           _("There is no chat \"%s\" here. `zuruf status` lists the chats."), target);
    }
    json_decref(result);
    return exit;
}
