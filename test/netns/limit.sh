#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A BGP peer announces a million prefixes (MILLIONS=10: ten) against a limit of a thousand, with each action. The limit is
# logged once, memory stays as it was where the routes are not wanted, commands are answered meanwhile, and another
# session hears its keepalives in time.
#
#    flood (10.9.1.1) ---.
#                         router (10.9.0.1), all on one loopback
#    quiet (10.9.1.2) ---'
# quick
# timeout: 1800
exec python3 "$SRC/test/netns/limit.py"
