#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same as bgp.sh, larger and with more seeds; and 200 routers.
# timeout: 1200
"$SRC/test/sim/bgp/run" 20 20 && KINDS=mixed "$SRC/test/sim/bgp/run" 20 40 && KINDS="core mixed" exec "$SRC/test/sim/bgp/run" 1 200
