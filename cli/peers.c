/* SPDX-License-Identifier: MIT */
#include "peers.h"
#include "net/address.h"
#include "refusal.h"
#include "translate.h"

enum exit_code peers_resolve(const struct context *context, const char *text, struct address ret[JOIN_ADDRESSES_MAX],
                             size_t *ret_count)
{
    enum error err = address_resolve(BYTES_TEXT(text), ret, JOIN_ADDRESSES_MAX, ret_count);

    if (err == ERR_MALFORMED)
        return refusal_say(context, EXIT_USAGE, "usage",
                           _("\"%s\" is no address. Write it as HOST:PORT, for example 192.168.1.7:4000."), text);
    if (err)
        return refusal_say(context, EXIT_FAILED, "network",
                           _("The address of \"%s\" cannot be found out. Check the name, or give the number."), text);
    return EXIT_DONE;
}

enum exit_code peers_resolve_to(const struct context *context, const char *text, json_t *array)
{
    struct address addresses[JOIN_ADDRESSES_MAX];
    size_t count = 0;
    enum exit_code exit = peers_resolve(context, text, addresses, &count);

    for (size_t i = 0; !exit && i < count; i++) {
        char numeric[ADDRESS_TEXT_SIZE];
        json_array_append_new(array, json_string(address_format(&addresses[i], numeric)));
    }
    return exit;
}
