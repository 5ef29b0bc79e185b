#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# doc/filters.md: its code is read without complaint, and it names every method there is.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -v work="$work" '
	/^```/ { inside = !inside; if (inside) file = work "/" (++count) ".conf"; next }
	inside { print > file }
	END { print count > (work "/count") }' "$SRC/doc/filters.md"
[ "$(cat "$work/count")" -ge 2 ]
for file in "$work"/*.conf; do
	echo "router id 192.0.2.1;" >> "$file"
	"$BUILD/daemon/meshd" -p -c "$file" > "$work/out" 2>&1 || { cat "$work/out" "$file" && exit 1; }
	if grep -v 'no protocol here has the attribute\|nobody uses\|no protocol fills' "$work/out" | grep 'warning\|error'; then exit 1; fi
done

for method in $(sed -n 's/.*METHOD[A-Z_]*("\([a-z0-9_]*\)".*/\1/p; s/.*{ \.name = "\([a-z_]*\)".*/\1/p' \
	"$SRC/filter/type.c" | sort -u); do
	grep -q "\`\.${method}[(\`]" "$SRC/doc/filters.md" || { echo "filters.md: .$method is missing" && exit 1; }
done
