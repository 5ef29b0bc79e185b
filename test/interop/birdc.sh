#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's birdc, unmodified, asks meshd and BIRD the same: the transcripts of `birdc -v` must be equal but for what
# birdc.differences lists, with the reasons.
#
#   neighbour (BIRD, babel) --- bird            neighbour (BIRD, babel) --- meshd
#         192.0.2.2     eth0   192.0.2.1               192.0.2.2     eth0    192.0.2.1
#
# quick
for program in bird birdc; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
exec python3 "$SRC/test/interop/birdc.py" "$@"
