/* SPDX-License-Identifier: MIT */
#include "letters.h"

#include "core/base/alloc.h"
#include "core/entry/payload_keys.h"
#include "core/entry/payload_note.h"
#include "core/keys/vault.h"
#include "notes.h"
#include "roster.h"
#include <stdlib.h>

#define WAITING_MAX 1024u /* by authors who are not known; the others come again at the next start */

static struct vault_key row_key(const struct hash *entry)
{
    return vault_key("letter/", hash_bytes(entry));
}

static bool is_for_me(const struct node *node, const struct entry *entry)
{
    struct letter letter;
    return entry->type == ENTRY_LETTER && letter_decode(entry->payload, &letter) == OK &&
           letter.to == box_name(&node->identity.box);
}

static void keep(struct node *node, const struct log_name *author, const struct entry *entry)
{
    if (node->letter_count >= WAITING_MAX)
        return;
    ARRAY_ROOM(node->letters, node->letter_count, node->letter_capacity);
    struct waiting_letter *waiting = &node->letters[node->letter_count++];
    *waiting = (struct waiting_letter){.author = *author, .hlc = entry->hlc};
    entry_id(entry, &waiting->entry);
    buffer_append(&waiting->payload, entry->payload);
    node->letters_due = true;
}

void letters_note(struct node *node, const struct log_name *author, const struct entry *entry)
{
    if (is_for_me(node, entry))
        keep(node, author, entry);
}

void letters_note_stored(struct node *node, const struct log_name *author, const struct entry *entry)
{
    struct buffer ignored = {0};
    struct hash id;
    if (!is_for_me(node, entry))
        return;
    entry_id(entry, &id);
    struct vault_key key = row_key(&id);
    if (vault_get(node, &key, &ignored) == ERR_NOT_FOUND)
        keep(node, author, entry);
    buffer_done(&ignored);
}

/* False: not now. */
static bool open_letter(struct node *node, const struct waiting_letter *waiting)
{
    struct letter letter;
    struct member author;
    if (!roster_author(&node->workspace->roster, &waiting->author, &author))
        return false;
    if (letter_decode(buffer_bytes(&waiting->payload), &letter) == OK &&
        notes_open(node, &waiting->author, waiting->hlc, &letter.note) == ERR_BUSY) {
        node->letters_due = true;
        node_wake_at(node, node->mono_ms + 1);
        return false;
    }
    struct vault_key key = row_key(&waiting->entry);
    vault_put(node, &key, (struct bytes){0});
    return true;
}

/* In the order in which they came: one may take back what the one before said. */
void letters_settle(struct node *node)
{
    size_t left = 0;
    if (!node->letters_due || node->disk_state == ERR_DISK_FULL || !node->workspace)
        return;
    node->letters_due = false;
    for (size_t i = 0; i < node->letter_count; i++) {
        struct waiting_letter waiting = node->letters[i];
        if (open_letter(node, &waiting))
            buffer_done(&waiting.payload);
        else
            node->letters[left++] = waiting;
    }
    node->letter_count = left;
}

void letters_forget(struct node *node)
{
    for (size_t i = 0; i < node->letter_count; i++)
        buffer_done(&node->letters[i].payload);
    free(node->letters);
    node->letters = NULL;
    node->letter_count = node->letter_capacity = 0;
    node->letters_due = false;
}
