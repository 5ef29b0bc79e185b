#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# MRT dumps of what BIRD has told, read by bgpdump:
#
#   bird -------- meshd        one BGP session, both families
#
# and logs of what is sent, beside those of who is told:
#
#   bird -------- hub -------- other       meshd but for bird; all are told the same, with other next hops, and the
#                  `---------- third       two of meshd as one
#
# quick
for program in bird bgpdump; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/mrt.py"
