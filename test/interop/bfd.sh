#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The bfd protocol with BIRD's and FRR's: sessions over IPv4, IPv6 and several hops come up and don't flap, a silent wire is noticed by both ends,
# and who stops says so.
#
#   a (meshd) ----- b (bird, bfdd)
# timeout: 300
for program in bird vtysh /usr/lib/frr/bfdd; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/bfd.py"
