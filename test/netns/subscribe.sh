#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The native protocol of the control socket: subscriptions for routes, protocols and links, to subscribers that read
# and to some that don't; requests that wait, and such as are broken off.
# quick
exec python3 "$SRC/test/netns/subscribe.py"
