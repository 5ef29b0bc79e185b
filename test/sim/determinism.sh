#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same seed gives the same trace in two runs, each with its own addresses; another seed gives another.
# test/build/compilers.sh holds compilers to the same.
# quick
set -eu
: "${SRC:=$(cd "$(dirname "$0")/../.." && pwd)}" "${BUILD:=$SRC/build}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$SRC/test/sim/hashes" "$BUILD/sim/meshsim" 1..2 > "$dir/first"
"$SRC/test/sim/hashes" "$BUILD/sim/meshsim" 1..2 > "$dir/second"
diff "$dir/first" "$dir/second" || { echo "two runs differ" && exit 1; }

scenarios=$(cut -d ' ' -f 1 "$dir/first" | sort -u | wc -l)
[ "$(wc -l < "$dir/first")" = $((2 * scenarios)) ] && [ "$scenarios" -ge 20 ] || { echo "some gave no hash" && exit 1; }
[ "$(awk '/^weather/ { print $3 }' "$dir/first" | sort -u | wc -l)" = 2 ] || { echo "the seed does not matter" && exit 1; }
echo "$scenarios scenarios, 2 seeds each, address randomisation $(cat /proc/sys/kernel/randomize_va_space)"
