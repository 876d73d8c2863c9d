/* SPDX-License-Identifier: MIT */
#include "host_label.h"
#include "client.h"
#include "fields.h"
#include <unistd.h>

#define NAME_SIZE 65 /* as long as a name may be */
#define PATIENCE_MS 5000

/* NULL: it was refused. */
static json_t *ask(struct client *client, const char *method, json_t *params)
{
    json_t *result = NULL, *refusal = NULL;

    if (client_call(client, method, params, PATIENCE_MS, &result, &refusal) != OK)
        return NULL;
    json_decref(refusal);
    return result;
}

static bool has_label(struct client *client)
{
    json_t *list = ask(client, "device.list", NULL);
    const json_t *device;
    bool has = false;
    size_t index;

    json_array_foreach(json_object_get(list, "devices"), index, device)
    {
        has = has || (field_true(device, "self") && *field_text(device, "label"));
    }
    json_decref(list);
    return has;
}

void host_label_tell(struct client *client)
{
    char name[NAME_SIZE] = "";

    if (gethostname(name, sizeof name - 1) != 0 || !*name || has_label(client))
        return;
    json_decref(ask(client, "device.name", json_pack("{s:s}", "name", name)));
}
