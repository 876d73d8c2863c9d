/* SPDX-License-Identifier: MIT */
#include "record.h"

static AvahiStringList *add_raw(AvahiStringList *list, char key, struct bytes value)
{
    char name[2] = {key, '\0'};
    return avahi_string_list_add_pair_arbitrary(list, name, value.data, value.size);
}

/* Avahi's lists grow at the front, so the last added comes first. */
AvahiStringList *record_text(const struct beacon *beacon)
{
    AvahiStringList *list = NULL;
    if (beacon->invite_count)
        list = add_raw(list, 'j', (struct bytes){beacon->invites[0], beacon->invite_count * TAG_SIZE});
    if (beacon->has_tag)
        list = add_raw(list, 't', BYTES_OF(beacon->tag));
    list = add_raw(list, 's', BYTES_OF(beacon->salt));
    return add_raw(list, 'v', BYTES_TEXT("1"));
}

/* The value of the first "key=", with data NULL if there is none. */
static struct bytes value_of(const AvahiStringList *list, char key)
{
    for (; list; list = list->next) {
        if (list->size >= 2 && list->text[0] == key && list->text[1] == '=')
            return (struct bytes){list->text + 2, list->size - 2};
    }
    return (struct bytes){0};
}

bool record_parse(const AvahiStringList *text, struct beacon *ret_beacon)
{
    struct bytes version = value_of(text, 'v');
    struct bytes salt = value_of(text, 's');
    struct bytes tag = value_of(text, 't');
    struct bytes invites = value_of(text, 'j');
    struct beacon beacon = {.has_tag = tag.data, .invite_count = invites.size / TAG_SIZE};

    if (!bytes_equal(version, BYTES_TEXT("1")) || salt.size != sizeof beacon.salt)
        return false;
    if (tag.data && tag.size != TAG_SIZE)
        return false;
    if (invites.size % TAG_SIZE || invites.size > sizeof beacon.invites)
        return false;

    memcpy(beacon.salt, salt.data, sizeof beacon.salt);
    if (tag.data)
        memcpy(beacon.tag, tag.data, TAG_SIZE);
    if (invites.size)
        memcpy(beacon.invites, invites.data, invites.size);
    *ret_beacon = beacon;
    return true;
}

bool record_equal(const struct beacon *a, const struct beacon *b)
{
    if (memcmp(a->salt, b->salt, sizeof a->salt) || a->has_tag != b->has_tag || a->invite_count != b->invite_count)
        return false;
    if (a->has_tag && memcmp(a->tag, b->tag, TAG_SIZE))
        return false;
    return memcmp(a->invites, b->invites, a->invite_count * TAG_SIZE) == 0;
}
