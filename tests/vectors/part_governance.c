/* SPDX-License-Identifier: MIT
 * Payloads that say who may do what: GRANT, REVOKE, HANDOVER, GENERATION, REMOVE, LINK, POLICY. */
#include "parts.h"

struct pieces {
    struct buffer cut, cites; /* two heads; two ids */
};

static void pieces_init(struct pieces *pieces)
{
    static const char *const logs[] = {"first cut log", "second cut log"}, *const heads[] = {"first head",
                                                                                             "second head"};
    *pieces = (struct pieces){0};
    for (uint64_t i = 0; i < 2; i++) {
        struct cut cut = {.seq = 7 + 300 * i};
        seed_of(logs[i], cut.log.bytes);
        seed_of(heads[i], cut.id.bytes);
        cut_append(&cut, &pieces->cut);
        buffer_append(&pieces->cites, BYTES_OF(cut.id.bytes));
    }
}

static json_t *cut_list(struct bytes cut)
{
    json_t *list = json_array();
    for (size_t i = 0; i < cut_count(cut); i++) {
        struct cut one = cut_at(cut, i);
        json_array_append_new(list,
                              json_pack("[o,I,o]", HEX_OF(one.log.bytes), (json_int_t)one.seq, HEX_OF(one.id.bytes)));
    }
    return list;
}

static json_t *cite_list(struct bytes cites)
{
    json_t *list = json_array();
    for (size_t i = 0; i < cite_count(cites); i++)
        json_array_append_new(list, HEX_OF(cite_at(cites, i).bytes));
    return list;
}

/* Takes `items` over: what is in the payload, in order. */
static void put(json_t *list, uint64_t type, const char *name, json_t *items, struct buffer *payload)
{
    json_array_append_new(list, json_pack("{s:I, s:s, s:o, s:o}", "type", (json_int_t)type, "name", name, "items",
                                          items, "payload", hex(buffer_bytes(payload))));
    payload->size = 0;
}

static void of_the_root(const struct cast *cast, const struct pieces *pieces, json_t *list)
{
    struct buffer out = {0};
    struct hash genesis, head;
    seed_of("granting entry", genesis.bytes);
    seed_of("head of a root log", head.bytes);
    struct grant grant = {cast->bora.device, 2, buffer_bytes(&pieces->cut)};
    grant_encode(&grant, &out);
    put(list, ENTRY_GRANT, "GRANT", json_pack("[o,i,o]", HEX_OF(grant.device.bytes), 2, cut_list(grant.from)), &out);
    struct revocation revocation = {genesis, buffer_bytes(&pieces->cut)};
    revocation_encode(&revocation, &out);
    put(list, ENTRY_REVOKE, "REVOKE", json_pack("[o,o]", HEX_OF(genesis.bytes), cut_list(revocation.cut)), &out);
    struct handover handover = {cast->bora.device, head, buffer_bytes(&pieces->cut)};
    handover_encode(&handover, &out);
    put(list, ENTRY_HANDOVER, "HANDOVER",
        json_pack("[o,o,o]", HEX_OF(handover.key.bytes), HEX_OF(head.bytes), cut_list(handover.cut)), &out);
    struct generation generation = {head};
    generation_encode(&generation, &out);
    put(list, ENTRY_GENERATION, "GENERATION", json_pack("[o]", HEX_OF(head.bytes)), &out);
    buffer_done(&out);
}

static void of_admins(const struct cast *cast, const struct pieces *pieces, json_t *list)
{
    struct buffer out = {0};
    struct removal removal = {cast->bora.device, 1, buffer_bytes(&pieces->cut), buffer_bytes(&pieces->cites)};
    removal_encode(&removal, &out);
    put(list, ENTRY_REMOVE, "REMOVE",
        json_pack("[o,i,o,o]", HEX_OF(removal.device.bytes), 1, cut_list(removal.cut), cite_list(removal.cites)), &out);
    struct policy_change change = {{.share_history = false, .keep_days = 365}, buffer_bytes(&pieces->cites)};
    policy_encode(&change, &out);
    put(list, ENTRY_POLICY, "POLICY", json_pack("[b,i,o]", 0, 365, cite_list(change.cites)), &out);
    buffer_done(&out);
}

json_t *part_governance(const struct cast *cast)
{
    struct pieces pieces;
    struct buffer out = {0};
    json_t *list = json_array();
    pieces_init(&pieces);
    of_the_root(cast, &pieces, list);
    of_admins(cast, &pieces, list);
    struct linkage linkage = {
        .device = cast->bora.device, .person = cast->anna.person, .box = cast->bora.box, .number = 3};
    linkage_sign(&cast->group, &cast->anna.device, &linkage, &cast->bora.secret);
    linkage_encode(&linkage, &out);
    put(list, ENTRY_LINK, "LINK",
        json_pack("[o,o,o,i,o]", HEX_OF(linkage.device.bytes), HEX_OF(linkage.person.bytes), HEX_OF(linkage.box.bytes),
                  3, HEX_OF(linkage.consent.bytes)),
        &out);
    buffer_done(&out);
    buffer_done(&pieces.cut);
    buffer_done(&pieces.cites);
    return list;
}
