#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Babel with BIRD and babeld, five hosts on one LAN, each of them and meshd as origin (0); it is cut off and put back:
#
#   0   1   2   3   4
#   |   |   |   |   |
#   +---+-bridge+---+
# timeout: 1200
for program in bird babeld; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/interop.py" lan
