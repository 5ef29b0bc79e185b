#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `quickstart dn42` shows what it promises and leaves nothing behind; its network is drawn in doc/examples/dn42/demo.
# quick
set -u
demo=dn42 programs=bird
# shellcheck source=test/netns/quickstart.inc
. "$SRC/test/netns/quickstart.inc"

check "it runs to its end" quickstart
check "IPv4 goes by a link-local next hop" says '172.20.2.0/27 *fe80::1002 tunnel'
check "so does IPv6" says 'fd42:1002::/48 *fe80::1002 tunnel'
check "a route of the wrong origin is refused, with the reason" says 'roa: 172.20.66.0/24 of AS 4242421002'
check "packets go from end to end" says '3 packets transmitted, 3 received'
check "nothing is left" gone
check "--stay ends well" quickstart --stay
check "and says how to look around" says '--enter meshd'
check "both daemons are there" eval 'runs meshd && runs bird'
check "--stop ends it" quickstart --stop
check "nothing is left" gone
echo "1..$number"
exit $failed
