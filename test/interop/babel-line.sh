#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Babel with BIRD and babeld, each of them and meshd as origin (0), transit (1) and leaf (2); a cable is cut and put back:
#
#   0 ----- 1 ----- 2
# timeout: 1200
for program in bird babeld; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/interop.py" line
