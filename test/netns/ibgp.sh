#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `ibgp auto` on real kernels: addresses on lo, signed sessions, networks that go by BGP over what Babel finds.
#
#    lan       lan       lan
#     |         |         |
#     a ======= b ======= c
# timeout: 300
exec python3 "$SRC/test/netns/ibgp.py"
