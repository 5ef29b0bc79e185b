#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Babel with BIRD and babeld over two ways, each of them and meshd at each place; one way is cut and put back:
#
#       1
#     /   \
#   0       3
#     \   /
#       2
# timeout: 1200
for program in bird babeld; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/interop.py" diamond
