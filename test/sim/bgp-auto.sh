#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `ibgp auto` in networks at random: a full mesh of 3 and of 12 routers, two reflectors among 13 and 30. One more joins and
# leaves, links are cut, routers crash, half of them are apart for a minute: calm brings every route back, and no other.
# timeout: 600
KINDS=auto exec "$SRC/test/sim/bgp/run" 5 3 12 13 30
