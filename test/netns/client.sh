#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# meshc: one command, many from a pipe, and a terminal with completion, help and a pager; exit codes; JSON.
# quick
exec python3 "$SRC/test/netns/client.py"
