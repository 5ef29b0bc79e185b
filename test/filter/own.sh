#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The language as doc/filters.md describes it: the suites in test/filter/*.conf, each a test.
# quick
set -u
count=0 status=0 held=0
complaints=$(mktemp) || exit 1
trap 'rm -f "$complaints"' EXIT
for file in "$SRC"/test/filter/*.conf; do
	said=$("$BUILD/daemon/meshd" --filter-test "$file" 2> "$complaints") || { status=1 && sed 's/^/# /' "$complaints"; }
	while read -r line; do
		case $line in
		*"# SKIP"*) status=1 && count=$((count + 1)) && echo "not ok $count - ${line#*- }" ;;
		*"read again: "[0-9]*) # Compares functions: no assertions.
			held=$((held - ${line##*: }))
			count=$((count + 1)) && echo "ok $count - $(basename "$file" .conf): ${line#*- }"
			;;
		ok*) count=$((count + 1)) && echo "ok $count - $(basename "$file" .conf): ${line#*- }" ;;
		not*) count=$((count + 1)) && echo "not ok $count - $(basename "$file" .conf): ${line#*- }" ;;
		1..*) ;;
		"# suites:"*) held=$((held + $(sed 's/.*assertions: \([0-9]*\) held.*/\1/' <<< "$line"))) ;;
		*) echo "# $line" ;;
		esac
	done <<< "$said"
	grep -q '^1\.\.' <<< "$said" || { count=$((count + 1)) && status=1 && echo "not ok $count - $file was not read"; }
done
count=$((count + 1))
if [ $held -ge 600 ]; then echo "ok $count - $held assertions held"; else status=1 && echo "not ok $count - only $held assertions held"; fi
echo "1..$count"
exit $status
