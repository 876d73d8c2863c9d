#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: host 2 has two cards.  When host 3 can be reached only through the second one, host 2 carries the chat between
# the two networks, without a router; and nothing stands twice.
source "$(dirname "$0")/lib.sh"
lan_begin 3
office 3

lab nic 2
lab nic 3
lab unplug 3
say 1 "from the first network"
wait_until 45 has_text 3 "from the first network"
step "host 2 carries from the first network to the second"
say 3 "from the second network"
wait_until 10 has_text 1 "from the second network"
step "host 2 carries from the second network to the first"

lab plug 3
say 3 "everywhere again"
wait_until 10 has_text 1 "everywhere again"
wait_until 10 all_have 3 1 2 3
for i in 1 2 3; do assert_nothing_twice "$i"; done
