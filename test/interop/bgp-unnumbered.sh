#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# BGP neighbours found on a link, none of them written down: FRR, meshd and BIRD at the other end, one after the other.
# What is announced is an IPv4 and an IPv6 address on each end's lo, and a ping between them must come through:
#
#   10.9.0.1 fd09::1  meshd ===== FRR, meshd, BIRD  10.9.0.2 fd09::2      no addresses on the cable but link-local ones
# quick
# timeout: 300
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/bgp_unnumbered.py"
