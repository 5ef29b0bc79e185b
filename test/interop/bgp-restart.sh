#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A restart of meshd between neighbours that help (RFC 4724, 8538): killed or told to end, it comes back to its routes in
# the kernel, and not one packet of a running ping is lost. BIRD, FRR and GoBGP are the helpers.
#
#   near 10.99.1.0/24 -- 10.1.0.0/24 -- meshd -- 10.2.0.0/24 -- far 10.99.2.0/24, 10.99.3.0/24
# timeout: 600
for program in bird gobgpd /usr/lib/frr/bgpd; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/bgp_restart.py"
