#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `why` between real kernels: what the kernel has, refuses or overrides, what Babel knows, who withdrew what.
#
#   router ---- peer      both meshd with kernel, static and Babel
# quick
exec python3 "$SRC/test/netns/why.py"
