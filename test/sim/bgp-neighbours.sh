#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Neighbours that call each other at the same moment, again and again, over bad links, and are left with one connection
# (test/sim/bgp/collide.py); and one that stops reading, which the others don't feel (deaf.py).
# quick
KINDS=collide "$SRC/test/sim/bgp/run" 10 8 && KINDS=deaf exec "$SRC/test/sim/bgp/run" 3 7
