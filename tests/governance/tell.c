/* SPDX-License-Identifier: MIT
 * Items as entries. */
#include "history.h"

struct parts {
    struct buffer cuts, cites, holders, carriers;
};

static void add_records(const struct dh_public *boxes, int count, struct buffer *out)
{
    static const uint8_t sealed[BOX_KEY_SIZE];
    for (int i = 0; i < count; i++) {
        buffer_append_u64(out, box_name(&boxes[i]));
        buffer_append(out, BYTES_OF(sealed));
    }
}

static void parts_of(const struct item *item, struct parts *parts)
{
    for (int i = 0; i < item->cut_count; i++)
        cut_append(&item->cuts[i], &parts->cuts);
    for (int i = 0; i < item->cite_count; i++)
        buffer_append(&parts->cites, BYTES_OF(item->cites[i].bytes));
    add_records(item->holders, item->holder_count, &parts->holders);
    add_records(item->carriers, item->carrier_count, &parts->carriers);
}

static void parts_done(struct parts *parts)
{
    buffer_done(&parts->cuts);
    buffer_done(&parts->cites);
    buffer_done(&parts->holders);
    buffer_done(&parts->carriers);
}

static void encode_member(const struct item *item, const struct parts *parts, struct buffer *out)
{
    const struct bytes cuts = buffer_bytes(&parts->cuts), cites = buffer_bytes(&parts->cites);
    if (item->type == ENTRY_ADD)
        add_encode(&(struct add){{item->device, item->person, item->instance, item->role, item->box, {{0}}}, cites},
                   out);
    else if (item->type == ENTRY_REMOVE)
        removal_encode(&(struct removal){item->device, item->instance, cuts, cites}, out);
    else if (item->type == ENTRY_LINK)
        linkage_encode(&(struct linkage){item->device, item->person, item->box, item->number, {{0}}}, out);
    else if (item->type == ENTRY_POLICY)
        policy_encode(&(struct policy_change){item->policy, cites}, out);
}

static void encode_root(const struct item *item, const struct parts *parts, struct buffer *out)
{
    const struct bytes cuts = buffer_bytes(&parts->cuts);
    if (item->type == ENTRY_GENESIS)
        buffer_append(out, item->genesis);
    else if (item->type == ENTRY_GRANT)
        grant_encode(&(struct grant){item->device, item->instance, cuts}, out);
    else if (item->type == ENTRY_REVOKE)
        revocation_encode(&(struct revocation){item->named, cuts}, out);
    else if (item->type == ENTRY_HANDOVER)
        handover_encode(&(struct handover){item->device, item->named, cuts}, out);
    else if (item->type == ENTRY_GENERATION)
        generation_encode(&(struct generation){item->named}, out);
}

static void encode_key(const struct item *item, const struct parts *parts, struct buffer *out)
{
    const struct bytes holders = buffer_bytes(&parts->holders), carriers = buffer_bytes(&parts->carriers);
    const struct doubt doubt = {.from = 1, .to = 2};
    if (item->type == ENTRY_EPOCH)
        epoch_encode(&(struct epoch){item->epoch, item->height, {{0}}, holders, carriers, {0}}, out);
    else if (item->type == ENTRY_KEYSHARE)
        keyshare_encode(&(struct keyshare){item->epoch, item->height, {{0}}, holders}, out);
    else if (item->type == ENTRY_CLOCK)
        clock_encode(&doubt, out);
}

enum error tell(struct governance *governance, const struct item *item)
{
    struct parts parts = {0};
    struct buffer payload = {0}, deps = {0};
    uint32_t flags = item->consented ? ENTRY_FLAG_CONSENT : 0;
    parts_of(item, &parts);
    encode_root(item, &parts, &payload);
    encode_member(item, &parts, &payload);
    encode_key(item, &parts, &payload);
    if (item->malformed)
        buffer_append_byte(&payload, 0);
    for (int i = 0; i < item->dep_count; i++)
        dep_append(&item->deps[i], &deps);
    struct entry entry = {.type = item->type, .log = item->log, .seq = item->seq, .previous = item->previous};
    entry.deps = buffer_bytes(&deps);
    entry.payload = buffer_bytes(&payload);
    enum error err = governance_note(governance, &item->author, &entry, &item->id, &flags);
    parts_done(&parts);
    buffer_done(&payload);
    buffer_done(&deps);
    return err;
}
