#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Long-lived graceful restart (RFC 9494) with BIRD and GoBGP, each end of it once: a neighbour that is killed leaves its
# routes as a last resort, with the mark; a meshd that is killed leaves its own so.
# timeout: 300
for program in bird gobgpd; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/bgp_long_lived.py"
