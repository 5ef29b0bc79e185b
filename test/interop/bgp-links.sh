#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Neighbours on different links that are told as one: each hears of the hub by the address the hub has on their link, and
# those on a LAN of each other by their own.  No addresses but link-local ones there; an IPv4 and an IPv6 one on each lo:
#
#   BIRD 1 ----.           .---- FRR 4
#   meshd 6 --- meshd (hub) ---- FRR 5
#                   |
#        ====================== LAN
#          BIRD 2      BIRD 3
# quick
# timeout: 300
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/bgp_links.py"
