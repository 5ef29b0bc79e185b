#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# BGP in networks at random (test/sim/bgp/scenario.py): an AS for each router; and one AS over Babel with two reflectors
# and others hanging on it, named one by one or as a range they call from. Churn, a partition, crashes, a daemon killed:
# calm brings every route back, and no other.
# And a small internet of all that (mixed.py), restarts that lose no packet included.
# bgp-large.sh does it with more and larger ones.
# quick
"$SRC/test/sim/bgp/run" 5 6 12 && KINDS=mixed exec "$SRC/test/sim/bgp/run" 10 24
