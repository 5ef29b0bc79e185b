#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# doc/architecture.md: each file it names is there, by its path or by its name, and so is
# each function, unless it is a hook of a struct.
set -eu
cd "$SRC"
page=doc/architecture.md
bad=0
sources=$(find . -path ./build -prune -o \( -name '*.[chyl]' \) -print)

for name in $(grep -o '[a-z_0-9/]*[a-z_0-9]\.[chyl]\>' "$page" | sort -u); do
	case $name in proto/x/*) continue ;; esac
	echo "$sources" | grep -q "/$name\$" || { echo "$page: there is no $name" && bad=1; }
done
for name in $(grep -o '[a-z_0-9]*[a-z0-9]()' "$page" | sort -u); do
	name=${name%()}
	# shellcheck disable=SC2086 # One word a file.
	grep -q "^$name(\|(\*$name)(" $sources || { echo "$page: there is no $name()" && bad=1; }
done
exit $bad
