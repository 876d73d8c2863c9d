#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: peers set by hand are listed, tried, and forgotten again; names are resolved.
source "$(dirname "$0")/lib.sh"
two_people

zuruf alice peer add 127.0.0.1:9
within 5 eval "zuruf alice --json peer list | grep -q '\"address\":\"127.0.0.1:9\",\"by_hand\":true'"
status 0 '127.0.0.1:9.*set by hand' zuruf alice peer list
zuruf alice peer remove 127.0.0.1:9
! zuruf alice --json peer list | grep -q '"address":"127.0.0.1:9","by_hand":true' || fail "still there"
status 0 '' zuruf alice peer add localhost:9
status 0 '127.0.0.1:9|\[::1\]:9' zuruf alice peer list
status 1 'cannot be found out' zuruf alice peer add nowhere.invalid:9
status 0 'Bob.*connected' eval "within 10 eval 'zuruf alice peer list | grep -q Bob' && zuruf alice peer list"
