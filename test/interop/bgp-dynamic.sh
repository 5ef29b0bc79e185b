#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# BGP neighbours from a range, with BIRD on the other side, both ways; and a thousand callers from outside the range:
#
#   meshd ===== BIRD      each has a range that the other calls from
# quick
# timeout: 200
command -v bird > /dev/null || { echo "bird is not installed"; exit 77; }
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/bgp_dynamic.py"
