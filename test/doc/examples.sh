#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every example configuration, and the one of the README, is read without a complaint.
cd "$SRC/doc/examples" || exit 1
count=0 bad=0
readme=$(mktemp)
trap 'rm -f "$readme"' EXIT
check() { # title file
	local output
	count=$((count + 1))
	if [ -s "$2" ] && output=$("$BUILD/daemon/meshd" -p -c "$2" 2>&1) && [ -z "$output" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		printf '%s\n' "$output" | sed 's/^/# /'
		bad=1
	fi
}
for file in */*.conf; do check "$file" "$file"; done
sed -n '/^\trouter id/,/^\t}$/s/^\t//p' "$SRC/README.md" > "$readme"
check README.md "$readme"
echo "1..$count"
exit $bad
