#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The rpki protocol with StayRTR, and BIRD's rpki beside it on the same cache: both tables hold what the cache's file says, a change
# brings its differences alone, and routes outlive a cache that is gone for a while.
#
#   stayrtr (127.0.0.1:8282) ----- meshd, bird
# timeout: 300
for program in bird stayrtr; do
	command -v $program > /dev/null || { echo "$program is not installed"; exit 77; }
done
PYTHONPATH=$SRC/test/netns exec python3 "$SRC/test/interop/rpki.py"
