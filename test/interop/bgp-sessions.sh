#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# BGP sessions with BIRD, FRR, OpenBGPD, GoBGP and ExaBGP, each of them alone with a meshd:
#
#   meshd ===== other      all kinds of sessions over one cable: eBGP over IPv4, IPv6 and link-local addresses, iBGP,
#                          MD5, TTL security, one that only meshd calls, one that only the other calls
# timeout: 600
for program in bird gobgpd exabgp /usr/lib/frr/bgpd /usr/sbin/bgpd; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/bgp_sessions.py"
