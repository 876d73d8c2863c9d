/* SPDX-License-Identifier: MIT */
#include "parting.h"

#include "core/keys/vault.h"
#include "groups.h"
#include "notes.h"
#include "roster.h"

static const char row_kind[] = "parted/";

void parting_tell(struct node *node, const struct group *group, const struct sign_public *device, uint64_t instance,
                  const struct hash *removal)
{
    const struct note note = {.kind = NOTE_PARTING, .group = group->id, .instance = instance, .removal = *removal};
    const struct member *colleague = roster_find(&node->workspace->roster, device);
    enum error err = colleague ? notes_send(node, colleague, &note) : OK; /* else the workspace has said more */
    if (err)
        node_log(node, err, "a removed computer could not be told");
}

/* Row: "parted/" ‖ u32 group number ‖ REMOVE → u64 instance. */
static struct vault_key row_key(const struct group *group, const struct hash *removal)
{
    uint8_t which[4 + sizeof removal->bytes];
    put_u32(which, group->number);
    memcpy(which + 4, removal->bytes, sizeof removal->bytes);
    return vault_key(row_kind, BYTES_OF(which));
}

/* By what is known here, which may be old: he may be an admin since, and says it again when he removes anew. */
void parting_told(struct node *node, const struct sign_public *author, const struct note *note)
{
    struct group *group = groups_by_id(node, &note->group);
    const struct parting parting = {note->instance, note->removal};
    uint8_t plain[8];
    if (!group || group->kind != GROUP_CHAT || !roster_is_admin(&group->roster, author) ||
        !roster_part(&group->roster, &node->identity.device, &parting))
        return;
    struct vault_key key = row_key(group, &parting.removal);
    put_u64(plain, parting.instance);
    vault_put(node, &key, BYTES_OF(plain));
    node_notify(node, NOTICE_GROUP, NULL, 0, NULL, node_after(node));
}

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct parting parting;
    if (which.size != 4 + sizeof parting.removal.bytes || plain.size != 8)
        return;
    struct group *group = groups_by_number(node, get_u32(which.data));
    parting.instance = get_u64(plain.data);
    memcpy(parting.removal.bytes, which.data + 4, sizeof parting.removal.bytes);
    if (group)
        (void)roster_part(&group->roster, &node->identity.device, &parting);
}

enum error parting_load(struct node *node)
{
    return vault_each(node, row_kind, load);
}
