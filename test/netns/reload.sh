#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Reloads that must touch nothing: of the same, and of nonsense, while packets are forwarded.
#
#   source ---- router ---- target      router: meshd with kernel, static and Babel
#                  |
#                 peer                  meshd with Babel, and somebody who counts its packets
# quick
exec python3 "$SRC/test/netns/reload.py"
