#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Daemons that are killed at random moments and restart gracefully (RFC 4724; test/sim/bgp/graceful.py has the network):
# one after the other without a packet lost, then both at once; with neighbours that are written down and that are found.
# quick
KINDS="graceful graceful-found" exec "$SRC/test/sim/bgp/run" 20 4
