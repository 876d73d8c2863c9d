/* SPDX-License-Identifier: MIT */
#include "rpc_methods.h"
#include "rpc_carrier.h"
#include "rpc_commands.h"
#include "rpc_events.h"
#include "rpc_group_commands.h"
#include "rpc_groups.h"
#include "rpc_history.h"
#include "rpc_lock.h"
#include "rpc_overview.h"
#include "rpc_root.h"

static const struct rpc_method methods[] = {
    {"message.send", NULL, rpc_commands_send, rpc_commands_sent},
    {"message.list", rpc_history_list, NULL, NULL},
    {"message.get", rpc_history_get, NULL, NULL},
    {"message.receipt", rpc_history_receipt, NULL, NULL},
    {"event.subscribe", rpc_events_subscribe, NULL, NULL},
    {"node.info", rpc_overview_node, NULL, NULL},
    {"node.stop", rpc_commands_stop, NULL, NULL},
    {"node.lock", NULL, rpc_lock_lock, rpc_commands_done},
    {"node.unlock", NULL, rpc_lock_unlock, rpc_commands_done},
    {"passphrase.set", rpc_lock_set, NULL, NULL},
    {"passphrase.remove", rpc_lock_remove, NULL, NULL},
    {"identity.create", NULL, rpc_commands_identity, rpc_commands_identity_created},
    {"root.export", rpc_root_export, NULL, NULL},
    {"root.recover", NULL, rpc_root_recover, rpc_commands_done},
    {"root.hand_over", NULL, rpc_root_hand_over, rpc_commands_done},
    {"root.groups", NULL, rpc_root_groups, rpc_root_groups_opened},
    {"root.enter", NULL, rpc_root_enter, rpc_group_commands_created},
    {"root.take_over", NULL, rpc_root_take_over, rpc_commands_done},
    {"root.seen", NULL, rpc_root_seen, rpc_commands_done},
    {"root.shared", NULL, rpc_root_shared, rpc_commands_done},
    {"workspace.create", NULL, rpc_commands_workspace, rpc_commands_done},
    {"workspace.join", NULL, rpc_commands_join, rpc_commands_joined},
    {"invite.create", NULL, rpc_commands_invite, rpc_commands_invited},
    {"device.link", NULL, rpc_commands_link_device, rpc_commands_device_linked},
    {"device.join", NULL, rpc_commands_join_as_device, rpc_commands_joined},
    {"device.revoke", NULL, rpc_commands_revoke_device, rpc_commands_done},
    {"device.name", NULL, rpc_commands_name_device, rpc_commands_done},
    {"device.list", rpc_overview_devices, NULL, NULL},
    {"person.verify", NULL, rpc_commands_verify, rpc_commands_done},
    {"person.list", rpc_overview_persons, NULL, NULL},
    {"group.list", rpc_groups_list, NULL, NULL},
    {"group.find", rpc_groups_find, NULL, NULL},
    {"group.show", rpc_groups_show, NULL, NULL},
    {"group.create", NULL, rpc_group_commands_create, rpc_group_commands_created},
    {"group.add", NULL, rpc_group_commands_add, rpc_commands_done},
    {"group.rename", NULL, rpc_group_commands_rename, rpc_commands_done},
    {"group.remove", NULL, rpc_group_commands_remove, rpc_commands_done},
    {"group.role", NULL, rpc_group_commands_role, rpc_commands_done},
    {"group.leave", NULL, rpc_group_commands_leave, rpc_group_commands_left},
    {"group.accept", NULL, rpc_group_commands_accept, rpc_commands_done},
    {"group.decline", NULL, rpc_group_commands_decline, rpc_commands_done},
    {"carrier.quota", NULL, rpc_carrier_quota, rpc_commands_done},
    {"clock.get", rpc_overview_clock, NULL, NULL},
    {"clock.distrust", NULL, rpc_commands_distrust, rpc_commands_done},
    {"sync.status", rpc_overview_sync, NULL, NULL},
    {"peer.add", NULL, rpc_commands_peer_add, rpc_commands_done},
    {"peer.remove", NULL, rpc_commands_peer_remove, rpc_commands_done},
    {"peer.list", rpc_overview_peers, NULL, NULL},
};

const struct rpc_method *rpc_methods_find(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
}

bool rpc_methods_serves_locked(const struct rpc_method *method)
{
    static const char *const names[] = {"node.info",   "node.stop",      "node.lock",
                                        "node.unlock", "passphrase.set", "passphrase.remove"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], method->name) == 0)
            return true;
    return false;
}
