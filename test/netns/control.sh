#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Control sockets: those the configuration declares come and go with it, restricted ones only show, clients that
# send nonsense, don't read or go away harm nobody else.
# quick
exec python3 "$SRC/test/netns/control.py"
