#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Babel on real kernels, where interfaces, addresses and replaced routes are what matters.
#
#       b
#     /   \        and, for many interfaces, hub === spoke with hundreds of cables
#    a     d
#     \   /
#       c
# timeout: 1200
exec python3 "$SRC/test/netns/babel.py"
