#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# BGP in networks whose routers are found by each other (test/sim/bgp/unnumbered.py): churn, killed daemons, interfaces that
# are renamed, taken down, left out, given other addresses.
# quick
KINDS=unnumbered exec "$SRC/test/sim/bgp/run" 15 12
