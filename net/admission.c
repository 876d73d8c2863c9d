/* SPDX-License-Identifier: MIT */
#include "admission.h"
#include "address.h"

#define TOKEN 1000u /* thousandths, so that every millisecond adds a whole number */

void admission_init(struct admission *admission, uint64_t mono_ms)
{
    memset(admission, 0, sizeof *admission);
    admission->all.thousandths = ADMISSION_PER_SECOND * TOKEN;
    admission->all.filled_ms = mono_ms;
    for (size_t i = 0; i < ADMISSION_BUCKETS; i++)
        admission->buckets[i].thousandths = ADMISSION_PER_ADDRESS * TOKEN;
}

/* Link-local neighbours all share fe80::/64 and are told apart by their whole address. */
static void network_of(const struct address *from, uint8_t ret[16])
{
    memcpy(ret, from->ip, 16);
    if (!address_is_ipv4(from) && !address_is_link_local(from))
        memset(ret + 8, 0, 8);
}

static void refill(struct admission_bucket *bucket, uint32_t per_second, uint64_t mono_ms)
{
    uint64_t passed = mono_ms - bucket->filled_ms;
    uint64_t more = passed >= 1000 ? (uint64_t)per_second * TOKEN : passed * per_second;
    uint64_t most = (uint64_t)per_second * TOKEN;

    bucket->thousandths = (uint32_t)(bucket->thousandths + more < most ? bucket->thousandths + more : most);
    bucket->filled_ms = mono_ms;
}

/* The caller's bucket, or a full one, which is as good as none; NULL cannot happen within the limits (see header). */
static struct admission_bucket *bucket_of(struct admission *admission, const uint8_t network[16], uint64_t mono_ms)
{
    struct admission_bucket *full = NULL;

    for (size_t i = 0; i < ADMISSION_BUCKETS; i++) {
        struct admission_bucket *bucket = &admission->buckets[i];
        refill(bucket, ADMISSION_PER_ADDRESS, mono_ms);
        if (memcmp(bucket->network, network, sizeof bucket->network) == 0)
            return bucket;
        if (bucket->thousandths == ADMISSION_PER_ADDRESS * TOKEN)
            full = bucket;
    }
    if (full)
        memcpy(full->network, network, sizeof full->network);
    return full;
}

bool admission_take(struct admission *admission, const struct address *from, uint64_t mono_ms)
{
    uint8_t network[16];

    refill(&admission->all, ADMISSION_PER_SECOND, mono_ms);
    if (admission->all.thousandths < TOKEN)
        return false;
    network_of(from, network);
    struct admission_bucket *bucket = bucket_of(admission, network, mono_ms);
    if (!bucket || bucket->thousandths < TOKEN)
        return false;
    bucket->thousandths -= TOKEN;
    admission->all.thousandths -= TOKEN;
    return true;
}
