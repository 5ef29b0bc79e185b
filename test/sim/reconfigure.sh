#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Random reconfigurations: where a router has got to by some dozens of them, in the midst of traffic, commands and faults,
# is where one stands that is started with the last one.  What failed is told with the way to see it again.
#
#        b (Babel)
#        |
#   e1 - m - e2      eBGP, m is configured at random
#       / \
#     i1   i2        iBGP, i2 by loopbacks over Babel
#
# quick
# timeout: 1800
: "${SRC:=$(cd "$(dirname "$0")/../.." && pwd)}" "${BUILD:=$SRC/build}" "${QUICK:=no}"
export BUILD
seeds=400
[ "$QUICK" = no ] || seeds=60
exec python3 "$SRC/test/sim/reconfigure.py" 1 $seeds
