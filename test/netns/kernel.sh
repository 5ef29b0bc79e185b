#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Routes in a real kernel: what somebody deletes or overwrites comes back, a killed daemon loses nothing, a bad reload
# changes nothing, refusals say why.
#
#   source --- router === target        (two cables between router and target)
# quick
exec python3 "$SRC/test/netns/kernel.py"
