/* SPDX-License-Identifier: MIT */
#include "parting.h"

#include "core/keys/vault.h"
#include "groups.h"
#include "notes.h"
#include "roster.h"

static const char row_kind[] = "parted/";

enum error parting_tell(struct node *node, const struct group *group, const struct person_id *person)
{
    struct note note = {.kind = NOTE_PARTING, .group = group->id};
    enum error err = OK;
    for (size_t i = 0; !err && i < group->roster.count; i++) {
        const struct member *member = &group->roster.members[i];
        if (memcmp(&member->person, person, sizeof *person) != 0)
            continue;
        const struct member *colleague = roster_find(&node->workspace->roster, &member->device);
        note.instance = member->instance;
        if (colleague) /* else the workspace has said more than this */
            err = notes_send(node, colleague, &note);
    }
    return err;
}

/* By what is known here, which may be old: he may be an admin since, and says it again when he removes anew. */
void parting_told(struct node *node, const struct sign_public *author, const struct note *note)
{
    struct group *group = groups_by_id(node, &note->group);
    uint8_t plain[8];
    if (!group || group->kind != GROUP_CHAT || !roster_is_admin(&group->roster, author) ||
        note->instance <= group->roster.parted_instance)
        return;
    struct vault_key key = groups_row_key(row_kind, group->number);
    put_u64(plain, note->instance);
    vault_put(node, &key, BYTES_OF(plain));
    roster_part(&group->roster, &node->identity.device, note->instance);
    node_notify(node, NOTICE_GROUP, NULL, 0, NULL, node_after(node));
}

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 4 ? groups_by_number(node, get_u32(which.data)) : NULL;
    if (group && plain.size == 8)
        roster_part(&group->roster, &node->identity.device, get_u64(plain.data));
}

enum error parting_load(struct node *node)
{
    return vault_each(node, row_kind, load);
}
