#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What reads BIRD's answers in the field, exporters of metrics and looking glasses, reads ours: expressions of the
# kind they use are held against a socket in BIRD's protocol.
# quick
exec python3 "$SRC/test/netns/scrapers.py"
