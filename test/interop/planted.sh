#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The eyes of the interop tests, on routes planted by hand; no daemon runs here:
#
#   0 ----- 1 ----- 2 ----- 3
# quick
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/planted.py"
