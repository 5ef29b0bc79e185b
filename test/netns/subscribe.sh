#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The native protocol of the control socket: subscriptions for routes, protocols and links, to subscribers that read
# and to some that don't; requests that wait, and such as are broken off.
# quick
# The daemon's size is looked at: what the address sanitizer holds back of freed memory would be part of it.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1
export ASAN_OPTIONS
exec python3 "$SRC/test/netns/subscribe.py"
