#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Routes over BGP: meshd in the middle of BIRD, FRR, OpenBGPD, GoBGP and ExaBGP passes on what each announces; and what
# only some can, with BIRD: one link-local session for both families, several paths, refreshes, restarts, reflection,
# AS numbers of two bytes, limits.
# timeout: 600
for program in bird gobgpd exabgp /usr/lib/frr/bgpd /usr/sbin/bgpd; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/bgp_routes.py"
